//@ guard SERVICES_H
//@ source services
//@ needs cJSON.h twBaseTypes.h twInfoTable.h twLogger.h twOSPort.h
//@ about service definitions
//@ declarations
