//@ guard TW_CONNECTION_INFO_H
//@ source connection_info
//@ needs twOSPort.h twPasswds.h
//@ about settings of the connection
//@ declarations
