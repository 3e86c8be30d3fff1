//! Exported names of the original's internals that no header declares and whose arguments and results nobody has described. A program
//! that was linked against them still loads; a call changes nothing, says so in the log, and answers "not implemented" (1111), or
//! NULL where the name stands for an object. `docs/unsupported.md` lists them.

use std::ffi::{c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicI32, AtomicPtr};

use super::errors::TW_NOT_IMPLEMENTED;
use super::guard::guard;

/// Functions that answer with a code.
macro_rules! not_supported {
    ($($name:ident)*) => {
        $(
            #[unsafe(no_mangle)]
            pub extern "C" fn $name() -> c_int {
                guard(TW_NOT_IMPLEMENTED, || {
                    report(stringify!($name));
                    TW_NOT_IMPLEMENTED
                })
            }
        )*
        #[cfg(test)]
        const CODES: &[&str] = &[$(stringify!($name)),*];
    };
}

/// Functions that answer with an object.
macro_rules! not_supported_objects {
    ($($name:ident)*) => {
        $(
            #[unsafe(no_mangle)]
            pub extern "C" fn $name() -> *mut c_void {
                guard(ptr::null_mut(), || {
                    report(stringify!($name));
                    ptr::null_mut()
                })
            }
        )*
        #[cfg(test)]
        const OBJECTS: &[&str] = &[$(stringify!($name)),*];
    };
}

fn report(name: &str) {
    log::error!(
        "{name} is an internal function of the original SDK, which this library does not have: nothing was done"
    );
}

not_supported! {
    AddAspectToEntity adjustPath change_file_date cleanUpPaths closeTunnelSocketandLog connectTunnelSocketandLog
    createTunnelSocketandLog findEntriesThatNeedUpdatesForEachHandler getMetadataServiceForEach getPaths
    handleMessage listVirtualDirsInInfoTable logAuthBody logBindBody logInfoTable logPrimitive logRequestBody
    logResponseBody makeAsyncRequest makePropertyRequest makeRequest OsThreadFunction registerServiceOrEvent
    sendErrorResponse sendMessage sendTunnelCommand subscribedPropertyUpdateTask twApi_BindAllForEachHandler
    twApi_UnregisterCallback twBindThingsForeachHandler twBindThingsForeachParameters_Delete
    twChangeListToInfoTableForEachHandler twCloseTunnel_Delete twDataShape_ToJsonForEach
    twDataShapeEntry_ToJsonForEach twDict_Remove_ForEachHandler twDoZipExtract twDoZipExtractCurrentFile
    twFileManager_BuildCallbacksToInvokeListForEachHandler twFileManager_InvokeCallbacksForEachHandler
    twFileManager_SplitCallbacksListForEachHandler twFileManager_UnregisterFileCallback_ForEachHandler
    twFileXferCallback_Delete twInfoTable_CreateFromJsonForEach twInfoTable_ToJsonForEach
    twInfoTable_ToStreamForEach twInfoTableRow_ToJsonForEach twInfoTableRow_ToStreamForEach
    twList_FindForEachHandler twListEntities twMakeAuthOrBindCallbacksForeachHandler
    twMakeSynchronizedStateCallbacksForeachHandler twMap_Clear_ForEachHandler
    twMessageHandler_CleanupOldMessagesForEachHandler twOfflineMsgStore_DeleteTaskParams twOfflineMsgStore_InitList
    twOfflineMsgStore_SetStorage twOfflineMsgStore_Task twPushPropertiesForeachHandler twStandardPropEntry_Delete
    twSubscribedPropsMgr_addPropertyCurrentValue twSubscribedPropsMgr_currentValuesByEntityForEachHandler
    twSubscribedPropsMgr_performUpdateByValueBehavior twSubscribedPropsMgr_PurgeChangesForThingEachHandler
    twSubscribedPropsMgr_PushFoldedProperties twSubscribedPropsMgr_PushFoldedPropertiesForEachHandler
    twSubscribedPropsMgr_PushPropertyInfoList twSubscribedPropsMgr_PushPropertyList
    twSubscribedPropsMgr_PushPropertyList_ForeachHandler twSubscribedPropsMgr_PushPropertyListCleanup_ForeachHandler
    twSubscribedPropsMgr_PushSubscribedPropertiesAsyncForeachHandler twSubscribedPropsMgr_PushTypeFromProperty
    twSubscribedPropsMgr_removePropertyCurrentValue twSubscribedPropsMgr_replacePropertyCurrentValue
    twSubscribedPropsMgr_SendPersistedValues twSubscribedPropsMgr_UpdateCurrentValueVTQOnFold
    twSubscribedPropsMgr_WritePropertiesListToPersistedStore twTunnel_CloseTunnel twTunnel_ConnectTunnel
    twTunnel_Delete twTunnel_HandleFileTunnel twTunnel_HandleTCPTunnel twTunnelCallback_Delete
    twTunnelManager_AddTunnel twTunnelManager_AddTunnel_ForeachHandler twTunnelManager_CheckConnectionInfo
    twTunnelManager_CleanupHandler twTunnelManager_ListActiveTunnels_ForeachHandler
    twTunnelManager_OnWsCloseCallback twTunnelManager_OnWsDataCallback twTunnelManager_OnWsOpenCallback
    twTunnelManager_StopTunnel_ForeachHandler twTunnelManager_TaskerFunction_ForeachHandler twTunnelWs_Delete
    twUnregisterBindEventCallbackForeachHandler twUnregisterOnAuthenticatedCallbackForeachHandler
    twUnregisterSynchronizeStateEventCallbackForeachHandler twUnregisterThingForEachHandler
    twUnregisterThingRemoveForEachHandler twUserPropertiesServicesDelete twVirtualDir_Delete twW_SetApiProperties
    twW_SetStaticApiProperties validateAcceptKey ws_on_header_value ws_on_headers_complete
}

not_supported_objects! {
    checkAndGetRow findRegisteredItem fixPath getFormattedTimeString getTunnelFromWebsocket getVirtualDirEntry
    twAddr2String twBindThingsForeachParameters_Create twCloseTunnelParser twFileXferCallback_Create
    twGetPropertyDict twGetUsedPropertiesDict twGetUsedServicesDict twInfoTableRow_ToJson twMapGetDeleteFunctionMap
    twMapGetParseFunctionMap twOfflineMsgStore_CreateTaskParams twOpenTunnelParser twOpenWsParser
    twStandardPropEntry_Create twStandardPropEntry_Parse twSubscribedPropsMgr_getEntityCurrentValuesDict
    twSubscribedPropsMgr_getPropertyCurrentValueFromEntityDict twTunnel_Create twTunnelCallback_Create
    twTunnelCallbackInfoParser twUsedPropertiesServicesParse twVirtualDir_Create
}

/// NULL, as in the original before the first transfer.
#[unsafe(no_mangle)]
pub static fileXferCallback: AtomicPtr<c_void> = AtomicPtr::new(ptr::null_mut());

/// NULL, as in the original before the first use.
#[unsafe(no_mangle)]
pub static twOfflineInitMutex: AtomicPtr<c_void> = AtomicPtr::new(ptr::null_mut());

/// Whether the platform is older than 5.1: 0, no.
#[unsafe(no_mangle)]
pub static isPre5_1Server: AtomicI32 = AtomicI32::new(0);

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_page_of_unsupported_names_is_complete() {
        let page = include_str!("../../docs/unsupported.md");
        let told: BTreeSet<&str> =
            page.lines().filter_map(|line| line.strip_prefix("- `")?.strip_suffix('`')).collect();
        let here: BTreeSet<&str> = CODES.iter().chain(OBJECTS).copied().collect();
        assert_eq!(told, here);
    }

    #[test]
    fn a_call_answers_not_implemented_or_null() {
        assert_eq!(sendErrorResponse(), TW_NOT_IMPLEMENTED);
        assert!(fixPath().is_null());
    }
}
