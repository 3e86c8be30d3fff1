//@ guard TUNNELMANAGER_H
//@ source tunnel_manager
//@ needs twDefaultSettings.h twDefinitions.h twInfoTable.h twList.h twOSPort.h
//@ about application tunnels
//@ declarations
