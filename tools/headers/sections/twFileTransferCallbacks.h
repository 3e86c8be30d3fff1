//@ guard TWEDGE_FILE_TRANSFER_CALLBACKS_H
//@ source file_transfer_callbacks
//@ needs twDefinitions.h twInfoTable.h twOSPort.h
//@ about the services of file transfer
//@ declarations
