//! `twcfg` and the tunable fields of the API object, read at the moments that api-behaviour.md 1.1 names.

use std::ptr;
use std::time::Duration;

use super::{options, twApi};
use crate::connection::Settings;
use crate::ffi::default_settings::{twConfig, twcfg};

fn millis(value: u32) -> Duration {
    Duration::from_millis(u64::from(value))
}

/// A copy of the configuration as it is now.
pub(in crate::ffi) fn current() -> twConfig {
    // SAFETY: a static of plain numbers and pointers. C programs write single fields of it while we read, as they did
    // with the original; the pointers are not followed here.
    unsafe { ptr::addr_of!(twcfg).read_volatile() }
}

/// Writes fields of the configuration, through the pointer that `change` is given: C programs may do so at the same time, so
/// that there must be no reference to it.
pub(in crate::ffi) fn update(change: impl FnOnce(*mut twConfig)) {
    change(ptr::addr_of_mut!(twcfg));
}

/// What the connection works with: `twcfg` where it is live, the API object where Initialize has copied.
///
/// `chunk_size` is the argument of Initialize: the smaller one of it and `twcfg.message_chunk_size` counts (Q-C24).
///
/// # Safety
/// `api` is an API object; C may write its fields meanwhile.
pub(super) unsafe fn settings(api: *const twApi, chunk_size: u32) -> Settings {
    let config = current();
    // SAFETY: by contract of this function; single fields are read, as C would.
    let (ping_rate, duty_cycle, duty_cycle_period, auto_reconnect) = unsafe {
        (
            ptr::addr_of!((*api).ping_rate).read_volatile(),
            ptr::addr_of!((*api).duty_cycle).read_volatile(),
            ptr::addr_of!((*api).duty_cycle_period).read_volatile(),
            ptr::addr_of!((*api).autoreconnect).read_volatile(),
        )
    };
    let mut settings = Settings {
        max_message_size: config.max_message_size as usize,
        message_chunk_size: chunk_size.min(u32::from(config.message_chunk_size)) as usize,
        message_timeout: millis(config.default_message_timeout),
        ping_rate: millis(ping_rate),
        pong_timeout: millis(config.pong_timeout),
        stale_message_age: millis(config.stale_msg_cleanup_rate),
        connect_timeout: millis(config.connect_timeout),
        connect_retries: i32::from(config.connect_retries),
        connect_retry_interval: millis(config.connect_retry_interval),
        max_connect_delay: millis(config.max_connect_delay),
        frame_read_timeout: millis(config.frame_read_timeout),
        max_messages: config.max_messages as usize,
        message_store_limit: config.offline_msg_queue_size.into(),
        store_unanswered: crate::ffi::offline_msg_store::stores_unanswered(),
        auto_reconnect: auto_reconnect != 0,
        duty_cycle,
        duty_cycle_period: millis(duty_cycle_period),
        ..Settings::default()
    };
    options::apply(&mut settings);
    settings
}

/// The largest message must hold a block of a file transfer (api-behaviour.md 1.1). Raises it and says so.
pub(super) fn raise_max_message_size() {
    let config = current();
    let needed = config.file_xfer_block_size.saturating_add(u32::from(config.message_chunk_size));
    if config.max_message_size < needed {
        log::warn!(
            "twcfg.max_message_size is {}, too small for a file transfer block: raised to {needed}",
            config.max_message_size
        );
        // SAFETY: a field of the configuration.
        update(|config| unsafe { (*config).max_message_size = needed });
    }
}
