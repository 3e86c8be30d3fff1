//! Layouts of the structs that C sees, checked in every build. Generated from `tests/abi` by `make headers`: not to be
//! edited.
//!
//! Of each type (size, alignment), of each field (offset, size), in bytes: first for 64-bit targets, then for 32-bit ones.

use std::mem::{MaybeUninit, align_of, offset_of, size_of};

use super::api::bindListEntry;
use super::api::callbackInfo;
use super::api::init_cb;
use super::api::twApi;
use super::api_wrapper::twWDataBlock;
use super::api_wrapper::twWPropertyRegInfo;
use super::api_wrapper::twWRegInfoList;
use super::api_wrapper::twWServiceRegInfo;
use super::base_types::twLocation;
use super::base_types::twPrimitive;
use super::base_types::twStream;
use super::connection_info::twConnectionInfo;
use super::default_settings::twConfig;
use super::file_manager::twFile;
use super::file_manager::twFileManager;
use super::file_manager::twFileTransferInfo;
use super::info_table::twDataShape;
use super::info_table::twDataShapeAspect;
use super::info_table::twDataShapeEntry;
use super::info_table::twInfoTable;
use super::info_table::twInfoTableRow;
use super::list::ListEntry;
use super::list::twList;
use super::logger::twLogger;
use super::messages::mulitpartMessageStoreEntry;
use super::messages::twAuthBody;
use super::messages::twBindBody;
use super::messages::twHeader;
use super::messages::twMessage;
use super::messages::twMultipartBody;
use super::messages::twMultipartMessageStore;
use super::messages::twRequestBody;
use super::messages::twResponseBody;
use super::messaging::twMessageHandler;
use super::messaging::twRequestCallbackStruct;
use super::messaging::twResponseCallbackStruct;
use super::offline_msg_store::twOfflineMsgStore;
use super::os_port::twSocket;
use super::properties::twProperty;
use super::properties::twPropertyDef;
use super::services::twServiceDef;
use super::shapes::twThingNameToShapeRecord;
use super::shapes::twThingNameToTemplateRecord;
use super::standard_props::twPropertyChangeRecord;
use super::subscribed_props::twEntityCurrentValues;
use super::subscribed_props::twEntitySavedProperties;
use super::subscribed_props::twSubscribedProperty;
use super::subscribed_props::twSubscribedPropsMgr;
use super::tasker::twTask;
use super::thread_utils::twPolledFunctionListRecord;
use super::threads::twThread;
use super::tls::twTlsClient;
use super::tunnel_manager::twActiveTunnel;
use super::websocket::twWs;

macro_rules! layout {
    ($type:ident, $wide:expr, $narrow:expr; $($($field:ident).+ : $wide_field:expr, $narrow_field:expr;)*) => {
        const _: () = {
            assert_eq((size_of::<$type>(), align_of::<$type>()), $wide, $narrow);
            let value = MaybeUninit::<$type>::uninit();
            let whole = value.as_ptr();
            $(
                // SAFETY: `whole` points to memory of the type's size; the place is named, not read.
                let field = unsafe { &raw const (*whole).$($field).+ };
                assert_eq((offset_of!($type, $($field).+), size_of_pointee(field)), $wide_field, $narrow_field);
            )*
        };
    };
}

const fn size_of_pointee<T>(_: *const T) -> usize {
    size_of::<T>()
}

const fn assert_eq(found: (usize, usize), wide: (usize, usize), narrow: (usize, usize)) {
    let wanted = if cfg!(target_pointer_width = "64") { wide } else { narrow };
    assert!(found.0 == wanted.0 && found.1 == wanted.1);
}

layout! { twConfig, (168, 8), (144, 8);
    tasker_enabled: (0, 1), (0, 1);
    file_xfer_enabled: (1, 1), (1, 1);
    tunneling_enabled: (2, 1), (2, 1);
    offline_msg_store: (3, 1), (3, 1);
    subscribed_props_enabled: (4, 1), (4, 1);
    tw_uri: (8, 8), (8, 4);
    max_message_size: (16, 4), (12, 4);
    message_chunk_size: (20, 2), (16, 2);
    max_ws_tunnel_message_size: (24, 4), (20, 4);
    default_message_timeout: (28, 4), (24, 4);
    ping_rate: (32, 4), (28, 4);
    pong_timeout: (36, 4), (32, 4);
    stale_msg_cleanup_rate: (40, 4), (36, 4);
    connect_timeout: (44, 4), (40, 4);
    connect_retries: (48, 2), (44, 2);
    duty_cycle: (50, 1), (46, 1);
    duty_cycle_period: (52, 4), (48, 4);
    stream_block_size: (56, 2), (52, 2);
    file_xfer_block_size: (60, 4), (56, 4);
    file_xfer_max_file_size: (64, 8), (64, 8);
    file_xfer_md5_block_size: (72, 2), (72, 2);
    file_xfer_timeout: (76, 4), (76, 4);
    file_xfer_staging_dir: (80, 8), (80, 4);
    offline_msg_queue_size: (88, 4), (84, 4);
    subscribed_props_queue_size: (92, 4), (88, 4);
    max_connect_delay: (96, 4), (92, 4);
    connect_retry_interval: (100, 4), (96, 4);
    max_messages: (104, 4), (100, 4);
    socket_read_timeout: (108, 4), (104, 4);
    ssl_read_timeout: (112, 4), (108, 4);
    offline_msg_store_dir: (120, 8), (112, 4);
    subscribed_props_dir: (128, 8), (116, 4);
    frame_read_timeout: (136, 4), (120, 4);
    initialize_encryption_library: (140, 1), (124, 1);
    cipher_set: (144, 8), (128, 4);
    initCallback: (152, 8), (132, 4);
    max_string_prop_length: (160, 8), (136, 4);
}
layout! { twSocket, (120, 8), (68, 4);
    sock: (0, 4), (0, 4);
    addr: (8, 48), (4, 32);
    addrInfo: (56, 8), (36, 4);
    state: (64, 1), (40, 1);
    host: (72, 8), (44, 4);
    port: (80, 2), (48, 2);
    proxyHost: (88, 8), (52, 4);
    proxyPort: (96, 2), (56, 2);
    proxyUser: (104, 8), (60, 4);
    proxyPassCallback: (112, 8), (64, 4);
}
layout! { twStream, (40, 8), (24, 4);
    data: (0, 8), (0, 4);
    ptr: (8, 8), (4, 4);
    length: (16, 4), (8, 4);
    maxlength: (20, 4), (12, 4);
    ownsData: (24, 1), (16, 1);
    file: (32, 8), (20, 4);
}
layout! { twLocation, (24, 8), (24, 8);
    latitude: (0, 8), (0, 8);
    longitude: (8, 8), (8, 8);
    elevation: (16, 8), (16, 8);
}
layout! { twPrimitive, (40, 8), (40, 8);
    r#type: (0, 4), (0, 4);
    typeFamily: (4, 4), (4, 4);
    length: (8, 4), (8, 4);
    val: (16, 24), (16, 24);
    val.integer: (16, 4), (16, 4);
    val.number: (16, 8), (16, 8);
    val.datetime: (16, 8), (16, 8);
    val.location: (16, 24), (16, 24);
    val.boolean: (16, 1), (16, 1);
    val.bytes: (16, 16), (16, 8);
    val.bytes.data: (16, 8), (16, 4);
    val.bytes.len: (24, 4), (20, 4);
    val.infotable: (16, 8), (16, 4);
    val.variant: (16, 8), (16, 4);
}
layout! { ListEntry, (24, 8), (12, 4);
    next: (0, 8), (0, 4);
    prev: (8, 8), (4, 4);
    value: (16, 8), (8, 4);
}
layout! { twList, (48, 8), (24, 4);
    count: (0, 4), (0, 4);
    first: (8, 8), (4, 4);
    last: (16, 8), (8, 4);
    mtx: (24, 8), (12, 4);
    delete_function: (32, 8), (16, 4);
    parse_function: (40, 8), (20, 4);
}
layout! { twDataShapeAspect, (16, 8), (8, 4);
    name: (0, 8), (0, 4);
    value: (8, 8), (4, 4);
}
layout! { twDataShapeEntry, (32, 8), (16, 4);
    name: (0, 8), (0, 4);
    description: (8, 8), (4, 4);
    r#type: (16, 4), (8, 4);
    aspects: (24, 8), (12, 4);
}
layout! { twDataShape, (24, 8), (12, 4);
    numEntries: (0, 4), (0, 4);
    entries: (8, 8), (4, 4);
    name: (16, 8), (8, 4);
}
layout! { twInfoTableRow, (16, 8), (8, 4);
    numFields: (0, 2), (0, 2);
    fieldEntries: (8, 8), (4, 4);
}
layout! { twInfoTable, (32, 8), (16, 4);
    ds: (0, 8), (0, 4);
    rows: (8, 8), (4, 4);
    length: (16, 4), (8, 4);
    mtx: (24, 8), (12, 4);
}
layout! { twLogger, (40, 8), (20, 4);
    level: (0, 4), (0, 4);
    f: (8, 8), (4, 4);
    isVerbose: (16, 1), (8, 1);
    buffer: (24, 8), (12, 4);
    mtx: (32, 8), (16, 4);
}
layout! { twWs, (528, 8), (300, 4);
    connection: (0, 8), (0, 4);
    messageChunkSize: (8, 4), (4, 4);
    bytesNeeded: (12, 4), (8, 4);
    read_state: (16, 1), (12, 1);
    previous_read_state: (17, 1), (13, 1);
    frameSize: (18, 2), (14, 2);
    frameBuffer: (24, 8), (16, 4);
    frameBufferPtr: (32, 8), (20, 4);
    ws_header: (40, 64), (24, 64);
    headerPtr: (104, 8), (88, 4);
    multiframeRecvStream: (112, 8), (92, 4);
    host: (120, 8), (96, 4);
    port: (128, 2), (100, 2);
    api_key_callback: (136, 8), (104, 4);
    gatewayName: (144, 8), (108, 4);
    gatewayType: (152, 8), (112, 4);
    security_key: (160, 8), (116, 4);
    sessionId: (168, 4), (120, 4);
    resource: (176, 8), (124, 4);
    sendMessageMutex: (184, 8), (128, 4);
    sendFrameMutex: (192, 8), (132, 4);
    recvMutex: (200, 8), (136, 4);
    connect_state: (208, 1), (140, 1);
    isConnected: (209, 1), (141, 1);
    on_ws_connected: (216, 8), (144, 4);
    on_ws_binaryMessage: (224, 8), (148, 4);
    on_ws_textMessage: (232, 8), (152, 4);
    on_ws_ping: (240, 8), (156, 4);
    on_ws_pong: (248, 8), (160, 4);
    on_ws_close: (256, 8), (164, 4);
    defstream: (264, 112), (168, 56);
    bDeflateInitialized: (376, 1), (224, 1);
    compressionMutex: (384, 8), (228, 4);
    inflstream: (392, 112), (232, 56);
    bInflateInitialized: (504, 1), (288, 1);
    decompressionMutex: (512, 8), (292, 4);
    bCompressedMsg: (520, 1), (296, 1);
    bSupportsPermessageDeflate: (521, 1), (297, 1);
    bDisableCompression: (522, 1), (298, 1);
}
layout! { twMessage, (40, 8), (36, 4);
    r#type: (0, 4), (0, 4);
    version: (4, 1), (4, 1);
    code: (8, 4), (8, 4);
    requestId: (12, 4), (12, 4);
    endpointId: (16, 4), (16, 4);
    sessionId: (20, 4), (20, 4);
    multipartMarker: (24, 1), (24, 1);
    length: (28, 4), (28, 4);
    body: (32, 8), (32, 4);
}
layout! { twHeader, (16, 8), (8, 4);
    name: (0, 8), (0, 4);
    value: (8, 8), (4, 4);
}
layout! { twRequestBody, (64, 8), (32, 4);
    entityType: (0, 4), (0, 4);
    entityName: (8, 8), (4, 4);
    characteristicType: (16, 4), (8, 4);
    characteristicName: (24, 8), (12, 4);
    numHeaders: (32, 1), (16, 1);
    headers: (40, 8), (20, 4);
    params: (48, 8), (24, 4);
    length: (56, 4), (28, 4);
}
layout! { twResponseBody, (40, 8), (20, 4);
    reasonMarker: (0, 1), (0, 1);
    reason: (8, 8), (4, 4);
    contentType: (16, 4), (8, 4);
    content: (24, 8), (12, 4);
    length: (32, 4), (16, 4);
}
layout! { twAuthBody, (24, 8), (12, 4);
    name: (0, 8), (0, 4);
    value: (8, 8), (4, 4);
    length: (16, 4), (8, 4);
}
layout! { twBindBody, (40, 8), (20, 4);
    gatewayName: (0, 8), (0, 4);
    gatewayType: (8, 8), (4, 4);
    count: (16, 2), (8, 2);
    names: (24, 8), (12, 4);
    length: (32, 4), (16, 4);
}
layout! { twMultipartBody, (40, 8), (24, 4);
    chunkId: (0, 2), (0, 2);
    chunkCount: (2, 2), (2, 2);
    chunkSize: (4, 2), (4, 2);
    entityType: (8, 4), (8, 4);
    entityName: (16, 8), (12, 4);
    data: (24, 8), (16, 4);
    length: (32, 2), (20, 2);
}
layout! { mulitpartMessageStoreEntry, (24, 8), (24, 8);
    expirationTime: (0, 8), (0, 8);
    id: (8, 4), (8, 4);
    chunksExpected: (12, 2), (12, 2);
    chunksReceived: (14, 2), (14, 2);
    msgs: (16, 8), (16, 4);
}
layout! { twMultipartMessageStore, (16, 8), (8, 4);
    multipartMessageList: (0, 8), (0, 4);
    mtx: (8, 8), (4, 4);
}
layout! { twRequestCallbackStruct, (40, 8), (20, 4);
    cb: (0, 8), (0, 4);
    entityType: (8, 4), (4, 4);
    entityName: (16, 8), (8, 4);
    characteristicType: (24, 4), (12, 4);
    characteristicName: (32, 8), (16, 4);
}
layout! { twResponseCallbackStruct, (48, 8), (32, 8);
    received: (0, 1), (0, 1);
    cb: (8, 8), (4, 4);
    requestId: (16, 4), (8, 4);
    sessionId: (20, 4), (12, 4);
    expirationTime: (24, 8), (16, 8);
    code: (32, 4), (24, 4);
    content: (40, 8), (28, 4);
}
layout! { twMessageHandler, (88, 8), (44, 4);
    ws: (0, 8), (0, 4);
    responseCallbackList: (8, 8), (4, 4);
    incomingRequestCallbacks: (16, 8), (8, 4);
    multipartMessageList: (24, 8), (12, 4);
    defaultRequestCallback: (32, 8), (16, 4);
    dumpIncomingMsgList: (40, 8), (20, 4);
    on_ws_connected: (48, 8), (24, 4);
    on_ws_close: (56, 8), (28, 4);
    on_ping: (64, 8), (32, 4);
    on_pong: (72, 8), (36, 4);
    mtx: (80, 8), (40, 4);
}
layout! { twTask, (24, 8), (24, 8);
    runTimeIntervalMsec: (0, 4), (0, 4);
    nextRunTick: (8, 8), (8, 8);
    func: (16, 8), (16, 4);
}
layout! { twConnectionInfo, (144, 8), (72, 4);
    ws_host: (0, 8), (0, 4);
    ws_port: (8, 2), (4, 2);
    appkeyFunction: (16, 8), (8, 4);
    proxy_host: (24, 8), (12, 4);
    proxy_port: (32, 2), (16, 2);
    proxy_user: (40, 8), (20, 4);
    proxy_pwd: (48, 8), (24, 4);
    subject_cn: (56, 8), (28, 4);
    subject_o: (64, 8), (32, 4);
    subject_ou: (72, 8), (36, 4);
    issuer_cn: (80, 8), (40, 4);
    issuer_o: (88, 8), (44, 4);
    issuer_ou: (96, 8), (48, 4);
    ca_cert_file: (104, 8), (52, 4);
    client_cert_file: (112, 8), (56, 4);
    client_key_file: (120, 8), (60, 4);
    client_key_passphrase: (128, 8), (64, 4);
    selfsignedOk: (136, 1), (68, 1);
    doNotValidateCert: (137, 1), (69, 1);
    disableEncryption: (138, 1), (70, 1);
}
layout! { twOfflineMsgStore, (40, 8), (24, 8);
    mtx: (0, 8), (0, 4);
    offlineMsgEnabled: (8, 1), (4, 1);
    onDisk: (9, 1), (5, 1);
    offlineMsgSize: (16, 8), (8, 8);
    offlineMsgList: (24, 8), (16, 4);
    offlineMsgFile: (32, 8), (20, 4);
}
layout! { callbackInfo, (56, 8), (28, 4);
    entityType: (0, 4), (0, 4);
    entityName: (8, 8), (4, 4);
    characteristicType: (16, 4), (8, 4);
    characteristicName: (24, 8), (12, 4);
    characteristicDefinition: (32, 8), (16, 4);
    cb: (40, 8), (20, 4);
    userdata: (48, 8), (24, 4);
}
layout! { bindListEntry, (16, 8), (8, 4);
    name: (0, 8), (0, 4);
    needsPropertyUpdate: (8, 1), (4, 1);
}
layout! { init_cb, (16, 8), (8, 4);
    cb: (0, 8), (0, 4);
    userdata: (8, 8), (4, 4);
}
layout! { twApi, (168, 8), (96, 4);
    mh: (0, 8), (0, 4);
    callbackList: (8, 8), (4, 4);
    boundList: (16, 8), (8, 4);
    bindEventCallbackList: (24, 8), (12, 4);
    synchronizeStateEventCallbackList: (32, 8), (16, 4);
    defaultRequestHandler: (40, 8), (20, 4);
    autoreconnect: (48, 1), (24, 1);
    manuallyDisconnected: (49, 1), (25, 1);
    isAuthenticated: (50, 1), (26, 1);
    duty_cycle: (51, 1), (27, 1);
    duty_cycle_period: (52, 4), (28, 4);
    mtx: (56, 8), (32, 4);
    offlineMsgEnabled: (64, 1), (36, 1);
    offlineMsgList: (72, 8), (40, 4);
    offlineMsgSize: (80, 4), (44, 4);
    offlineMsgFile: (88, 8), (48, 4);
    subscribedPropsFile: (96, 8), (52, 4);
    subscribedPropsSize: (104, 4), (56, 4);
    ping_rate: (108, 4), (60, 4);
    handle_pongs: (112, 1), (64, 1);
    connect_timeout: (116, 4), (68, 4);
    connect_retries: (120, 2), (72, 2);
    connectionInProgress: (122, 1), (74, 1);
    firstConnectionComplete: (123, 1), (75, 1);
    connectionInfo: (128, 8), (76, 4);
    firstSynchronizationComplete: (136, 1), (80, 1);
    tw_property_dict: (144, 8), (84, 4);
    tw_used_property_names: (152, 8), (88, 4);
    tw_used_service_names: (160, 8), (92, 4);
}
layout! { twPropertyDef, (32, 8), (16, 4);
    name: (0, 8), (0, 4);
    description: (8, 8), (4, 4);
    r#type: (16, 4), (8, 4);
    aspects: (24, 8), (12, 4);
}
layout! { twProperty, (32, 8), (24, 8);
    name: (0, 8), (0, 4);
    value: (8, 8), (4, 4);
    timestamp: (16, 8), (8, 8);
    quality: (24, 8), (16, 4);
}
layout! { twPropertyChangeRecord, (24, 8), (12, 4);
    listenerFunction: (0, 8), (0, 4);
    entityName: (8, 8), (4, 4);
    propertyName: (16, 8), (8, 4);
}
layout! { twThingNameToTemplateRecord, (16, 8), (8, 4);
    entityName: (0, 8), (0, 4);
    templateName: (8, 8), (4, 4);
}
layout! { twThingNameToShapeRecord, (16, 8), (8, 4);
    entityName: (0, 8), (0, 4);
    shapeName: (8, 8), (4, 4);
}
layout! { twPolledFunctionListRecord, (24, 8), (12, 4);
    onPolledFunction: (0, 8), (0, 4);
    shapeName: (8, 8), (4, 4);
    templateName: (16, 8), (8, 4);
}
layout! { twFileManager, (40, 8), (20, 4);
    mtx: (0, 8), (0, 4);
    virtualDirs: (8, 8), (4, 4);
    openFiles: (16, 8), (8, 4);
    callbacks: (24, 8), (12, 4);
    fileTransferMtx: (32, 8), (16, 4);
}
layout! { twFileTransferInfo, (136, 8), (88, 8);
    sourceRepository: (0, 8), (0, 4);
    sourcePath: (8, 8), (4, 4);
    sourceFile: (16, 8), (8, 4);
    sourceChecksum: (24, 8), (12, 4);
    targetRepository: (32, 8), (16, 4);
    targetPath: (40, 8), (20, 4);
    targetFile: (48, 8), (24, 4);
    targetChecksum: (56, 8), (28, 4);
    startTime: (64, 8), (32, 8);
    endTime: (72, 8), (40, 8);
    duration: (80, 4), (48, 4);
    state: (88, 8), (52, 4);
    isComplete: (96, 1), (56, 1);
    size: (104, 8), (64, 8);
    transferId: (112, 8), (72, 4);
    user: (120, 8), (76, 4);
    message: (128, 8), (80, 4);
}
layout! { twFile, (104, 8), (72, 8);
    name: (0, 8), (0, 4);
    realPath: (8, 8), (4, 4);
    virtualPath: (16, 8), (8, 4);
    repository: (24, 8), (12, 4);
    lastModified: (32, 8), (16, 8);
    readOnly: (40, 1), (24, 1);
    size: (48, 8), (32, 8);
    handle: (56, 8), (40, 4);
    isDir: (64, 1), (44, 1);
    lastFileXferActivity: (72, 8), (48, 8);
    tid: (80, 8), (56, 4);
    openForRead: (88, 1), (60, 1);
    isInUse: (89, 1), (61, 1);
    inUseMutex: (96, 8), (64, 4);
}
layout! { twTlsClient, (72, 8), (36, 4);
    connection: (0, 8), (0, 4);
    ctx: (8, 8), (4, 4);
    ssl: (16, 8), (8, 4);
    options: (24, 4), (12, 4);
    x509_data: (32, 8), (16, 4);
    keypasswdCallback: (40, 8), (20, 4);
    read_buf: (48, 8), (24, 4);
    selfSignedOk: (56, 1), (28, 1);
    validateCert: (57, 1), (29, 1);
    isEncrypted: (58, 1), (30, 1);
    isEnabled: (59, 1), (31, 1);
    mtx: (64, 8), (32, 4);
}
layout! { twServiceDef, (48, 8), (24, 4);
    name: (0, 8), (0, 4);
    description: (8, 8), (4, 4);
    inputs: (16, 8), (8, 4);
    outputType: (24, 4), (12, 4);
    outputDataShape: (32, 8), (16, 4);
    aspects: (40, 8), (20, 4);
}
layout! { twWPropertyRegInfo, (40, 8), (24, 8);
    propertyName: (0, 8), (0, 4);
    propertyType: (8, 4), (4, 4);
    propertyDescription: (16, 8), (8, 4);
    propertyPushType: (24, 8), (12, 4);
    propertyPushThreshold: (32, 8), (16, 8);
}
layout! { twWServiceRegInfo, (48, 8), (28, 4);
    serviceName: (0, 8), (0, 4);
    serviceDescription: (8, 8), (4, 4);
    inputDataShapeBytesPtr: (16, 8), (8, 4);
    inputDataShapeLength: (24, 4), (12, 4);
    outputType: (28, 4), (16, 4);
    outputDataShapeBytesPtr: (32, 8), (20, 4);
    outputDataShapeLength: (40, 4), (24, 4);
}
layout! { twWRegInfoList, (16, 8), (8, 4);
    length: (0, 4), (0, 4);
    listPtr: (8, 8), (4, 4);
}
layout! { twWDataBlock, (16, 8), (12, 4);
    isPrimitive: (0, 1), (0, 1);
    length: (4, 4), (4, 4);
    bytesPtr: (8, 8), (8, 4);
}
layout! { twThread, (32, 8), (20, 4);
    id: (0, 8), (0, 4);
    func: (8, 8), (4, 4);
    rate: (16, 4), (8, 4);
    isRunning: (20, 1), (12, 1);
    isPaused: (21, 1), (13, 1);
    shutdownRequested: (22, 1), (14, 1);
    hasStopped: (23, 1), (15, 1);
    opaquePtr: (24, 8), (16, 4);
}
layout! { twActiveTunnel, (64, 8), (48, 8);
    thingName: (0, 8), (0, 4);
    tid: (8, 8), (4, 4);
    peerName: (16, 8), (8, 4);
    host: (24, 8), (12, 4);
    port: (32, 2), (16, 2);
    startTime: (40, 8), (24, 8);
    endTime: (48, 8), (32, 8);
    r#type: (56, 8), (40, 4);
}
layout! { twSubscribedProperty, (24, 8), (16, 4);
    entity: (0, 8), (0, 4);
    prop: (8, 8), (4, 4);
    fold: (16, 1), (8, 1);
    foldedPropertyNeedsUpdate: (17, 1), (9, 1);
    size: (20, 4), (12, 4);
}
layout! { twEntitySavedProperties, (16, 8), (8, 4);
    name: (0, 8), (0, 4);
    props: (8, 8), (4, 4);
}
layout! { twEntityCurrentValues, (16, 8), (8, 4);
    name: (0, 8), (0, 4);
    props: (8, 8), (4, 4);
}
layout! { twSubscribedPropsMgr, (64, 8), (32, 4);
    mtx: (0, 8), (0, 4);
    currentValues: (8, 8), (4, 4);
    savedValues: (16, 8), (8, 4);
    persistedValues: (24, 8), (12, 4);
    fold: (32, 1), (16, 1);
    itTemplate: (40, 8), (20, 4);
    queueSize: (48, 4), (24, 4);
    subscribedPropsFile: (56, 8), (28, 4);
}
