//@ guard FILEMANAGER_H
//@ source file_manager
//@ needs twDefaultSettings.h twDefinitions.h twInfoTable.h twList.h twOSPort.h
//@ about file transfer
//@ declarations
