//@ guard TW_SUBSCRIBED_PROPS_H
//@ source subscribed_props
//@ needs twApi.h twInfoTable.h twLogger.h twOSPort.h twProperties.h
//@ about property values that wait to be pushed
//@ declarations
