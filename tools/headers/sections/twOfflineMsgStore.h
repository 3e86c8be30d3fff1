//@ guard TW_OFFLINE_MSG_STORE_H
//@ source offline_msg_store
//@ needs stringUtils.h twApi.h twDefinitions.h twErrors.h twList.h twLogger.h twMessages.h twOSPort.h twWebsocket.h
//@ about store of messages made while off line
//@ declarations
