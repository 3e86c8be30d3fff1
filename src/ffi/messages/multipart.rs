//! Pieces of large messages (protocol.md 4.6), and the store in which C programs join them. The connection joins what it
//! receives by itself.

use std::ffi::{c_char, c_void};
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

use super::message::{assembled, twMessage_Delete};
use super::{
    MULTIPART_MSG_HEADER_SIZE, body, mulitpartMessageStoreEntry, twMessage, twMultipartBody, twMultipartMessageStore,
};
use crate::ffi::api::current_config;
use crate::ffi::base_types::{encode, twStream};
use crate::ffi::definitions::{TW_MULTIPART_REQ, TW_MULTIPART_RESP, TWX_SUCCESS};
use crate::ffi::guard::guard;
use crate::ffi::list::{self, twList_Add, twList_Create, twList_Delete, twList_Remove};
use crate::ffi::os_port::DATETIME;
use crate::ffi::os_port::time::{twAddMilliseconds, twGetSystemTime};
use crate::ffi::recursive::{self, Guard};
use crate::ffi::{memory, text};
use crate::wire::{Chunk, EntityType, Header, MessageCode};

/// The store in use, NULL before the first use and after its deletion.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub static mpStore: AtomicPtr<twMultipartMessageStore> = AtomicPtr::new(ptr::null_mut());

/// A C body with a copy of a piece, to be deleted with `twMultipartBody_Delete`. NULL when there is no memory, and for a
/// piece larger than any WebSocket message.
pub fn to_c(chunk: &Chunk) -> *mut twMultipartBody {
    let Ok(length) = u16::try_from(chunk.data.len()) else { return ptr::null_mut() };
    let (entity_type, name) = match &chunk.entity {
        Some((EntityType(number), name)) => (u32::from(*number), text::to_c(name)),
        None => (0, ptr::null_mut()),
    };
    let data = memory::copy_bytes(&chunk.data);
    let made = memory::alloc(twMultipartBody {
        chunkId: chunk.id,
        chunkCount: chunk.count,
        chunkSize: chunk.size,
        entityType: entity_type,
        entityName: name,
        data,
        length,
    });
    let complete = !made.is_null() && !data.is_null() && (chunk.entity.is_none() || !name.is_null());
    if complete {
        return made;
    }
    // SAFETY: the parts are fresh.
    unsafe {
        if made.is_null() {
            memory::free(name);
            memory::free(data);
        } else {
            twMultipartBody_Delete(made.cast());
        }
    }
    ptr::null_mut()
}

/// The bytes that a piece takes up behind the header of its message.
///
/// # Safety
/// `body` is live.
pub unsafe fn encoded_length(body: *const twMultipartBody, is_request: bool) -> u32 {
    // SAFETY: by contract of this function.
    unsafe {
        let mut prefix = Vec::new();
        if is_request {
            encode::c_string(&mut prefix, (*body).entityName);
            prefix.push(0);
        }
        let prefix = u32::try_from(prefix.len()).unwrap_or(u32::MAX);
        (MULTIPART_MSG_HEADER_SIZE as u32).saturating_add(prefix).saturating_add(u32::from((*body).length))
    }
}

/// Reads a piece of a message from the cursor of a stream to its end; with `isRequest` also the entity that every piece of
/// a request repeats. The stream stays the caller's, who deletes the body with `twMultipartBody_Delete`. NULL for NULL and
/// for what is cut off.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMultipartBody_CreateFromStream(s: *mut twStream, isRequest: c_char) -> *mut twMultipartBody {
    let code = if isRequest != 0 { MessageCode::POST } else { MessageCode::SUCCESS };
    // SAFETY: NULL or a live stream.
    guard(ptr::null_mut(), || unsafe {
        body::from_stream(s, |bytes| {
            let chunk = Chunk::decode(Header::new(code, 0, 0), bytes)
                .inspect_err(|error| log::warn!("a piece of a message cannot be read: {error}"))
                .ok()?;
            Some((to_c(&chunk), bytes.len()))
        })
    })
}

/// Deletes the body of a piece. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMultipartBody_Delete(body: *mut c_void) {
    guard((), || {
        let body = body.cast::<twMultipartBody>();
        if body.is_null() {
            return;
        }
        // SAFETY: the caller gives the body away; everything in it is its own.
        unsafe {
            memory::free((*body).entityName);
            memory::free((*body).data);
            memory::free(body);
        }
    });
}

/// The body of a message that is a piece of another one, NULL when it is none.
unsafe fn piece_of(message: *const twMessage) -> *mut twMultipartBody {
    // SAFETY: NULL or a live message, as the caller says.
    unsafe {
        if !message.is_null() && matches!((*message).r#type, TW_MULTIPART_REQ | TW_MULTIPART_RESP) {
            (*message).body.cast()
        } else {
            ptr::null_mut()
        }
    }
}

/// Why a piece is not kept.
#[derive(Debug, thiserror::Error)]
enum Unfit {
    #[error("it is no piece of a message")]
    NoPiece,
    #[error("its number is {id} of {count}")]
    Number { id: u16, count: u16 },
    #[error("{count} pieces of {size} bytes are announced, more than twcfg.max_message_size")]
    TooLarge { count: u16, size: u16 },
    #[error("its pieces are longer than announced, together more than twcfg.max_message_size")]
    TooLong,
    #[error("{0} messages in pieces wait for their rest, as many as twcfg.max_messages allows")]
    TooMany(u32),
    #[error("there is no memory")]
    Memory,
}

/// Number and count of a piece that may be the first of a set.
unsafe fn checked(message: *const twMessage) -> Result<(u16, u16), Unfit> {
    // SAFETY: NULL or a live message, as the caller says.
    unsafe {
        let piece = piece_of(message);
        if piece.is_null() {
            return Err(Unfit::NoPiece);
        }
        let (id, count, size) = ((*piece).chunkId, (*piece).chunkCount, (*piece).chunkSize);
        if id == 0 || id > count {
            return Err(Unfit::Number { id, count });
        }
        if u32::from(count).saturating_mul(u32::from(size)) > current_config().max_message_size {
            return Err(Unfit::TooLarge { count, size });
        }
        Ok((id, count))
    }
}

fn expiration() -> DATETIME {
    let age = i32::try_from(current_config().stale_msg_cleanup_rate).unwrap_or(i32::MAX);
    twAddMilliseconds(twGetSystemTime(1), age)
}

/// Makes the set of a message in pieces with its first piece, which is taken. The caller deletes it with
/// `mulitpartMessageStoreEntry_Delete`. NULL for a message that is no piece, with a number out of range or of a set above
/// `twcfg.max_message_size`: the message then stays the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mulitpartMessageStoreEntry_Create(msg: *mut twMessage) -> *mut mulitpartMessageStoreEntry {
    guard(ptr::null_mut(), || {
        // SAFETY: NULL or a live message.
        let (number, count) = match unsafe { checked(msg) } {
            Ok(numbers) => numbers,
            Err(error) => {
                log::error!("a set of pieces cannot be begun: {error}");
                return ptr::null_mut();
            }
        };
        let pieces = memory::zeroed(usize::from(count) * size_of::<*mut twMessage>()).cast::<*mut twMessage>();
        // SAFETY: a live message; the array has `count` places, `number` is one of them.
        unsafe {
            let made = memory::alloc(mulitpartMessageStoreEntry {
                expirationTime: expiration(),
                id: (*msg).requestId,
                chunksExpected: count,
                chunksReceived: 1,
                msgs: pieces,
            });
            if made.is_null() || pieces.is_null() {
                memory::free(made);
                memory::free(pieces);
                return ptr::null_mut();
            }
            pieces.add(usize::from(number) - 1).write(msg);
            made
        }
    })
}

/// The places of a set.
unsafe fn pieces<'a>(entry: *const mulitpartMessageStoreEntry) -> &'a mut [*mut twMessage] {
    // SAFETY: a live set, whose array has as many places as pieces are expected.
    unsafe {
        if (*entry).msgs.is_null() {
            return &mut [];
        }
        std::slice::from_raw_parts_mut((*entry).msgs, usize::from((*entry).chunksExpected))
    }
}

/// Deletes a set with its pieces. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mulitpartMessageStoreEntry_Delete(entry: *mut c_void) {
    guard((), || {
        let entry = entry.cast::<mulitpartMessageStoreEntry>();
        if entry.is_null() {
            return;
        }
        // SAFETY: the caller gives the set away.
        unsafe {
            for piece in pieces(entry) {
                if !piece.is_null() {
                    twMessage_Delete(piece.cast());
                }
            }
            memory::free((*entry).msgs);
            memory::free(entry);
        }
    });
}

/// The store in which pieces are joined, made at the first call. It is the SDK's until `twMultipartMessageStore_Delete`.
/// NULL when there is no memory. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMultipartMessageStore_Instance() -> *mut twMultipartMessageStore {
    guard(ptr::null_mut(), || {
        let present = mpStore.load(Ordering::Acquire);
        if !present.is_null() {
            return present;
        }
        // SAFETY: the parts are fresh until the store is published.
        unsafe {
            let made = memory::alloc(twMultipartMessageStore {
                multipartMessageList: twList_Create(Some(mulitpartMessageStoreEntry_Delete)),
                mtx: recursive::create(),
            });
            if made.is_null() || (*made).multipartMessageList.is_null() || (*made).mtx.is_null() {
                delete_store(made);
                return ptr::null_mut();
            }
            match mpStore.compare_exchange(ptr::null_mut(), made, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => made,
                Err(faster) => {
                    delete_store(made);
                    faster
                }
            }
        }
    })
}

unsafe fn delete_store(store: *mut twMultipartMessageStore) {
    if store.is_null() {
        return;
    }
    // SAFETY: the caller gives the store away.
    unsafe {
        twList_Delete((*store).multipartMessageList);
        recursive::delete((*store).mtx);
        memory::free(store);
    }
}

/// Deletes a store with all incomplete messages. NULL is fine. No other thread may use it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMultipartMessageStore_Delete(store: *mut c_void) {
    guard((), || {
        let store = store.cast::<twMultipartMessageStore>();
        // The one in use is forgotten; another one is the caller's own.
        let _ = mpStore.compare_exchange(store, ptr::null_mut(), Ordering::AcqRel, Ordering::Acquire);
        // SAFETY: the caller gives the store away.
        unsafe { delete_store(store) };
    });
}

/// Takes a piece of a message. When it completes its set the whole message is returned, which the caller deletes with
/// `twMessage_Delete`; otherwise NULL. A repeated piece replaces the earlier one; a piece with a number out of range, of
/// a set above `twcfg.max_message_size`, or of one set more than `twcfg.max_messages`, is deleted. A message that is no piece is given back as it is. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMultipartMessageStore_AddMessage(msg: *mut twMessage) -> *mut twMessage {
    guard(ptr::null_mut(), || {
        // SAFETY: NULL or a live message, which the caller gives away.
        unsafe {
            if msg.is_null() || piece_of(msg).is_null() {
                return msg;
            }
            let store = twMultipartMessageStore_Instance();
            if store.is_null() {
                twMessage_Delete(msg.cast());
                return ptr::null_mut();
            }
            let complete = {
                let _guard = Guard::lock((*store).mtx);
                match keep((*store).multipartMessageList, msg) {
                    Ok(complete) => complete,
                    Err(error) => {
                        log::error!("a piece of message {} is dropped: {error}", (*msg).requestId);
                        twMessage_Delete(msg.cast());
                        return ptr::null_mut();
                    }
                }
            };
            complete.map_or(ptr::null_mut(), |entry| {
                let whole = join(entry);
                mulitpartMessageStoreEntry_Delete(entry.cast());
                whole
            })
        }
    })
}

fn is_answer(message: &twMessage) -> bool {
    message.code >= TWX_SUCCESS
}

/// The set that a piece belongs to: answers and requests with the same id have one each.
unsafe fn set_of(sets: *mut list::twList, msg: *const twMessage) -> *mut mulitpartMessageStoreEntry {
    // SAFETY: a live message, and sets of our own.
    unsafe {
        let is_same = |entry: *mut mulitpartMessageStoreEntry| {
            let first = pieces(entry).iter().find_map(|piece| piece.as_ref());
            (*entry).id == (*msg).requestId && first.is_some_and(|first| is_answer(first) == is_answer(&*msg))
        };
        list::values::<mulitpartMessageStoreEntry>(sets)
            .find(|&entry| !entry.is_null() && is_same(entry))
            .unwrap_or(ptr::null_mut())
    }
}

/// Puts a piece, which is taken unless there is an error, into its set. The set, out of the list, when it is complete.
unsafe fn keep(sets: *mut list::twList, msg: *mut twMessage) -> Result<Option<*mut mulitpartMessageStoreEntry>, Unfit> {
    // SAFETY: a live piece, and sets of our own under the lock of the store.
    unsafe {
        let (number, _) = checked(msg)?;
        let mut entry = set_of(sets, msg);
        if entry.is_null() {
            let limit = current_config().max_messages;
            if u32::try_from(list::twList_GetCount(sets)).is_ok_and(|count| count >= limit) {
                return Err(Unfit::TooMany(limit));
            }
            entry = mulitpartMessageStoreEntry_Create(msg);
            if entry.is_null() {
                return Err(Unfit::Memory);
            }
            if twList_Add(sets, entry.cast()) != 0 {
                // The piece is still the caller's.
                pieces(entry).fill(ptr::null_mut());
                mulitpartMessageStoreEntry_Delete(entry.cast());
                return Err(Unfit::Memory);
            }
        } else {
            if number > (*entry).chunksExpected {
                return Err(Unfit::Number { id: number, count: (*entry).chunksExpected });
            }
            if is_too_long(entry, piece_of(msg)) {
                remove(sets, entry);
                mulitpartMessageStoreEntry_Delete(entry.cast());
                return Err(Unfit::TooLong);
            }
            let earlier = (*entry).msgs.add(usize::from(number) - 1).replace(msg);
            if earlier.is_null() {
                (*entry).chunksReceived += 1;
            } else {
                twMessage_Delete(earlier.cast());
            }
            (*entry).expirationTime = expiration();
        }
        if (*entry).chunksReceived < (*entry).chunksExpected {
            return Ok(None);
        }
        remove(sets, entry);
        Ok(Some(entry))
    }
}

/// Whether a set and a piece that is longer than the size it tells, which may be false, exceed the limit together.
unsafe fn is_too_long(entry: *const mulitpartMessageStoreEntry, piece: *const twMultipartBody) -> bool {
    // SAFETY: a set of our own and a live piece.
    unsafe {
        if (*piece).length <= (*piece).chunkSize {
            return false;
        }
        let held = pieces(entry).iter().map(|message| piece_of(*message)).filter(|piece| !piece.is_null());
        let held: u64 = held.map(|piece| u64::from((*piece).length)).sum();
        held + u64::from((*piece).length) > u64::from(current_config().max_message_size)
    }
}

/// Takes a set out of the list without deleting it.
unsafe fn remove(sets: *mut list::twList, entry: *mut mulitpartMessageStoreEntry) {
    // SAFETY: sets of our own under the lock of the store.
    unsafe {
        let found = list::find_entry(sets, |each: &mulitpartMessageStoreEntry| ptr::eq(each, entry));
        if !found.is_null() {
            twList_Remove(sets, found, 0);
        }
    }
}

/// The message of a complete set; NULL, with a line in the log, when it cannot be read.
unsafe fn join(entry: *const mulitpartMessageStoreEntry) -> *mut twMessage {
    let mut joined = Vec::new();
    // SAFETY: a complete set of our own: each place holds a piece.
    unsafe {
        let [first, ..] = pieces(entry) else { return ptr::null_mut() };
        let piece = piece_of(*first);
        if (**first).r#type == TW_MULTIPART_REQ {
            joined.push((*piece).entityType as u8);
            encode::c_string(&mut joined, (*piece).entityName);
        }
        for message in pieces(entry) {
            let piece = piece_of(*message);
            joined.extend_from_slice(memory::slice((*piece).data, usize::from((*piece).length)));
        }
        assembled(&**first, &joined)
    }
}

/// Deletes the incomplete messages of which no piece has come for `twcfg.stale_msg_cleanup_rate`. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMultipartMessageStore_RemoveStaleMessages() {
    guard((), || {
        let store = mpStore.load(Ordering::Acquire);
        if store.is_null() {
            return;
        }
        let now = twGetSystemTime(1);
        // SAFETY: the store in use, under its lock.
        unsafe {
            let _guard = Guard::lock((*store).mtx);
            while list::remove_first((*store).multipartMessageList, |entry: &mulitpartMessageStoreEntry| {
                entry.expirationTime < now
            }) {
                log::error!("a message in pieces is dropped: its rest has not come in time");
            }
        }
    });
}

/// How many sets are incomplete.
#[cfg(test)]
fn waiting() -> i32 {
    // SAFETY: the store in use.
    unsafe {
        mpStore.load(Ordering::Acquire).as_ref().map_or(0, |store| list::twList_GetCount(store.multipartMessageList))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ffi::base_types::stream::{twStream_CreateFromCharArray, twStream_Delete};
    use crate::ffi::messages::message::twMessage_CreateFromStream;
    use crate::model::{BaseType, DataShape, Field, InfoTable, Value};
    use crate::wire::{self, Body, Characteristic, Cut, Message, Request, Response};
    use std::sync::{Mutex, PoisonError};

    /// There is one store for the process.
    static STORE: Mutex<()> = Mutex::new(());

    fn table() -> InfoTable {
        let mut table = InfoTable::new(DataShape { name: None, fields: vec![Field::new("a", BaseType::STRING)] });
        table.rows.push(vec![Value::Text(BaseType::STRING, "x".repeat(300).as_str().into())]);
        table
    }

    fn pieces_of(code: MessageCode, id: u32) -> Vec<Vec<u8>> {
        let body = if code.is_request() {
            let (entity_type, characteristic) = (EntityType::THING, Characteristic::SERVICES);
            let (entity, name, params) = ("T".into(), "S".into(), Some(table()));
            Body::Request(Request { entity_type, entity, characteristic, name, headers: Vec::new(), params })
        } else {
            Body::Response(Response { reason: None, content: Some(table()) })
        };
        let cut = Cut { chunk_size: 64, max_message_size: 1 << 20, deflate: false };
        wire::encode(&Message { header: Header::new(code, id, 7), body }, &cut).unwrap()
    }

    fn read(bytes: &[u8]) -> *mut twMessage {
        // SAFETY: the bytes are copied, the stream is deleted once.
        unsafe {
            let stream = twStream_CreateFromCharArray(bytes.as_ptr().cast(), bytes.len() as u32);
            let message = twMessage_CreateFromStream(stream);
            twStream_Delete(stream.cast());
            message
        }
    }

    #[test]
    fn answers_and_requests_with_one_id_are_joined_apart_in_any_order() {
        let _turn = STORE.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = pieces_of(MessageCode::POST, 5);
        let answer = pieces_of(MessageCode::SUCCESS, 5);
        assert!(all.len() > 3 && answer.len() > 3);
        // A piece that comes twice.
        all.push(all[1].clone());
        all.swap(0, 2);
        all.extend(answer);
        let whole: Vec<_> = all
            .iter()
            // SAFETY: the pieces are given away.
            .map(|piece| unsafe { twMultipartMessageStore_AddMessage(read(piece)) })
            .filter(|whole| !whole.is_null())
            .collect();
        // The repeated piece begins a set of its own.
        assert_eq!((whole.len(), waiting()), (2, 1));
        for message in whole {
            // SAFETY: a whole message of ours.
            unsafe {
                assert_eq!(((*message).requestId, (*message).sessionId, (*message).multipartMarker), (5, 7, 0));
                twMessage_Delete(message.cast());
            }
        }
        // SAFETY: the one in use.
        unsafe { twMultipartMessageStore_Delete(twMultipartMessageStore_Instance().cast()) };
        assert_eq!(waiting(), 0);
    }

    #[test]
    fn no_more_sets_wait_than_messages_may() {
        let _turn = STORE.lock().unwrap_or_else(PoisonError::into_inner);
        let limit = current_config().max_messages;
        let mut piece = pieces_of(MessageCode::SUCCESS, 1).remove(0);
        for id in 1..=limit + 1 {
            piece[2..6].copy_from_slice(&id.to_be_bytes());
            // SAFETY: the piece is given away.
            assert!(unsafe { twMultipartMessageStore_AddMessage(read(&piece)) }.is_null());
        }
        assert_eq!(u32::try_from(waiting()), Ok(limit));
        // SAFETY: the one in use.
        unsafe { twMultipartMessageStore_Delete(twMultipartMessageStore_Instance().cast()) };
    }

    #[test]
    fn pieces_that_lie_are_dropped() {
        let _turn = STORE.lock().unwrap_or_else(PoisonError::into_inner);
        let piece = pieces_of(MessageCode::POST, 6).remove(0);
        for (place, bytes) in [(15, [0u8, 0]), (15, [0xff, 0xff]), (17, [0, 0])] {
            let mut bad = piece.clone();
            bad[place..place + 2].copy_from_slice(&bytes);
            // SAFETY: the piece is given away.
            assert!(unsafe { twMultipartMessageStore_AddMessage(read(&bad)) }.is_null());
        }
        let mut large = piece;
        large[17..21].fill(0xff);
        // SAFETY: as above.
        assert!(unsafe { twMultipartMessageStore_AddMessage(read(&large)) }.is_null());
        assert_eq!(waiting(), 0);
    }
}
