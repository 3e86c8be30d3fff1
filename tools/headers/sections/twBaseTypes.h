//@ guard BASETYPES_H
//@ source base_types
//@ needs twDefaultSettings.h twDefinitions.h twOSPort.h
//@ about byte streams, locations and typed values
//@ declarations
