//@ guard TW_DEFINITIONS_H
//@ source definitions
//@ needs twErrors.h
//@ about enumerations of the protocol, log levels, truth values
//@ declarations
