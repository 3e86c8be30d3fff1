//! `twApiWrapper.h`: Glue for language bindings (flat data blocks and worker threads).

mod blocks;
mod calls;
mod description;
mod dispatchers;
mod pool;

pub use blocks::*;
pub use calls::*;
pub use description::twW_DescriptionForErrorCode;
pub use dispatchers::*;
pub use pool::{twW_DestroyThreadPool, twW_InitializeThreadPool};

use std::ffi::{c_char, c_int, c_uchar, c_void};

use super::definitions::BaseType;
use super::os_port::DATETIME;

pub type processPropertyReadRequest_cb = Option<
    unsafe extern "C" fn(
        entityName: *const c_char,
        propertyName: *const c_char,
        dataBlock: *mut *mut twWDataBlock,
        userdata: *mut c_void,
    ) -> c_int,
>;
pub type processPropertyWriteRequest_cb = Option<
    unsafe extern "C" fn(
        entityName: *const c_char,
        propertyName: *const c_char,
        dataBlock: *mut twWDataBlock,
        userdata: *mut c_void,
    ) -> c_int,
>;
pub type processServiceRequest_cb = Option<
    unsafe extern "C" fn(
        entityName: *const c_char,
        serviceName: *const c_char,
        paramsBlock: *mut twWDataBlock,
        contentBlock: *mut *mut twWDataBlock,
        userdata: *mut c_void,
    ) -> c_int,
>;
pub type fileTransfer_cb = Option<
    unsafe extern "C" fn(
        fileRcvd: c_char,
        sourceRepository: *mut c_char,
        sourcePath: *mut c_char,
        sourceFile: *mut c_char,
        sourceChecksum: *mut c_char,
        targetRepository: *mut c_char,
        targetPath: *mut c_char,
        targetFile: *mut c_char,
        targetChecksum: *mut c_char,
        startTime: DATETIME,
        endTime: DATETIME,
        duration: i32,
        state: *mut c_char,
        isComplete: c_char,
        size: f64,
        transferId: *mut c_char,
        user: *mut c_char,
        message: *mut c_char,
        userdata: *mut c_void,
    ),
>;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twWPropertyRegInfo {
    pub propertyName: *mut c_char,
    pub propertyType: BaseType,
    pub propertyDescription: *mut c_char,
    pub propertyPushType: *mut c_char,
    pub propertyPushThreshold: f64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twWServiceRegInfo {
    pub serviceName: *mut c_char,
    pub serviceDescription: *mut c_char,
    pub inputDataShapeBytesPtr: *mut c_uchar,
    pub inputDataShapeLength: i32,
    pub outputType: BaseType,
    pub outputDataShapeBytesPtr: *mut c_uchar,
    pub outputDataShapeLength: i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twWRegInfoList {
    pub length: c_int,
    pub listPtr: *mut c_void,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twWDataBlock {
    pub isPrimitive: c_char,
    pub length: i32,
    pub bytesPtr: *mut c_uchar,
}
