//! `twMessages.h`: Protocol messages, their bodies and multipart reassembly.

pub mod auth;
pub mod bind;
mod body;
pub mod compression;
pub mod message;
pub mod multipart;
pub mod request;
pub mod response;
pub mod send;

use libc::pthread_mutex_t;
use std::ffi::{c_char, c_int, c_uchar, c_void};

use super::definitions::{BaseType, characteristicEnum, entityTypeEnum, msgCodeEnum, msgType};
use super::info_table::twInfoTable;
use super::list::twList;

pub const MSG_HEADER_SIZE: c_int = 15;
pub const MULTIPART_MSG_HEADER_SIZE: c_int = 6;
pub const DEFLATE_SYNC_TRAILER_SIZE: c_int = 4;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twMessage {
    pub r#type: msgType,
    pub version: c_uchar,
    pub code: msgCodeEnum,
    pub requestId: u32,
    pub endpointId: u32,
    pub sessionId: u32,
    pub multipartMarker: c_char,
    pub length: u32,
    pub body: *mut c_void,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twHeader {
    pub name: *mut c_char,
    pub value: *mut c_char,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twRequestBody {
    pub entityType: entityTypeEnum,
    pub entityName: *mut c_char,
    pub characteristicType: characteristicEnum,
    pub characteristicName: *mut c_char,
    pub numHeaders: c_char,
    pub headers: *mut twList,
    pub params: *mut twInfoTable,
    pub length: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twResponseBody {
    pub reasonMarker: c_char,
    pub reason: *mut c_char,
    pub contentType: BaseType,
    pub content: *mut twInfoTable,
    pub length: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twAuthBody {
    pub name: *mut c_char,
    pub value: *mut c_char,
    pub length: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twBindBody {
    pub gatewayName: *mut c_char,
    pub gatewayType: *mut c_char,
    pub count: u16,
    pub names: *mut twList,
    pub length: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twMultipartBody {
    pub chunkId: u16,
    pub chunkCount: u16,
    pub chunkSize: u16,
    pub entityType: entityTypeEnum,
    pub entityName: *mut c_char,
    pub data: *mut c_char,
    pub length: u16,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct mulitpartMessageStoreEntry {
    pub expirationTime: u64,
    pub id: u32,
    pub chunksExpected: u16,
    pub chunksReceived: u16,
    pub msgs: *mut *mut twMessage,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twMultipartMessageStore {
    pub multipartMessageList: *mut twList,
    pub mtx: *mut pthread_mutex_t,
}
