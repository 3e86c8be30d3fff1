//! `twConstants.h`: Named constants for optional arguments, quality texts, aspect names, push types and built-in template names.

use std::ffi::CStr;
use std::ffi::c_int;

pub const TW_QUALITY_GOOD: &CStr = c"GOOD";
pub const TW_QUALITY_UNKNOWN: &CStr = c"UNKNOWN";
pub const TW_QUALITY_BAD: &CStr = c"BAD";
pub const TW_QUALITY_OUT_OF_RANGE: &CStr = c"OUT_OF_RANGE";
pub const TW_QUALITY_UNVERIFIED_SOURCE: &CStr = c"UNVERIFIED_SOURCE";
pub const TW_THREAD_AUTOSTART: c_int = 1;
pub const TW_ASPECT_ISPERSISTENT: &CStr = c"isPersistent";
pub const TW_ASPECT_ISBUILTIN: &CStr = c"isBuiltIn";
pub const TW_ASPECT_ISREADONLY: &CStr = c"isReadOnly";
pub const TW_ASPECT_DATASHAPE: &CStr = c"dataShape";
pub const TW_ASPECT_ISLOGGED: &CStr = c"isLogged";
pub const TW_ASPECT_PUSHTYPE: &CStr = c"pushType";
pub const TW_ASPECT_DATACHANGETYPE: &CStr = c"dataChangeType";
pub const TW_ASPECT_DATACHANGETHRESHOLD: &CStr = c"dataChangeThreshold";
pub const TW_ASPECT_ISFOLDED: &CStr = c"isFolded";
pub const TW_ASPECT_DEFAULT_VALUE: &CStr = c"defaultValue";
pub const TW_PUSH_CONNECT_FORCE: c_int = 1;
pub const TW_PUSH_CONNECT_LATER: c_int = 0;
pub const TW_PUSH_LATER: c_int = 0;
pub const TW_PUSH_NOW: c_int = 1;
pub const TW_PUSH_TYPE_ALWAYS: &CStr = c"ALWAYS";
pub const TW_PUSH_TYPE_VALUE: &CStr = c"VALUE";
pub const TW_PUSH_TYPE_NEVER: &CStr = c"NEVER";
pub const TW_PUSH_THRESHOLD_NONE: c_int = 0;
pub const TW_FOLD_TYPE_NO: c_int = 0;
pub const TW_FOLD_TYPE_YES: c_int = 1;
pub const REPORT_ALL_CHANGES: c_int = 0;
pub const TW_THING_TEMPLATE_GENERIC: &CStr = c"GenericEdgeThingTemplate";
pub const TW_THING_TEMPLATE_EMPTY: &CStr = c"EmptyTemplate";
