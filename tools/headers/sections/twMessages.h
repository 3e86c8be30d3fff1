//@ guard TW_MESSAGES_H
//@ source messages
//@ needs twBaseTypes.h twDefaultSettings.h twDefinitions.h twErrors.h twInfoTable.h twList.h twOSPort.h twWebsocket.h
//@ about messages of the protocol
//@ declarations
