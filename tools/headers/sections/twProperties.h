//@ guard PROPERTIES_H
//@ source properties
//@ needs cJSON.h twBaseTypes.h twInfoTable.h twLogger.h twOSPort.h
//@ about property definitions and values
//@ declarations
