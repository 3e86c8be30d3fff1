//@ guard TW_INFOTABLE_H
//@ source info_table
//@ needs twBaseTypes.h twList.h twOSPort.h
//@ about data shapes, rows and info tables
//@ declarations
