//@ guard TW_C_SDK_TWPRIMITIVEUTILS_H
//@ source primitive_utils
//@ needs twBaseTypes.h twInfoTable.h
//@ about builders of data shapes, rows and info tables
//@ declarations
TW_BEGIN_DECLARATIONS

/** Makes a data shape of the given entries, which end with NULL, and takes ownership of them. `shapeName` may be NULL and
 * is copied. NULL when the first entry is NULL or memory ran out; the other entries are freed then. */
twDataShape *twDataShape_CreateFromEntries(char *shapeName, twDataShapeEntry *firstEntry, ...);

/** Makes a row of the given values, which end with NULL, and takes ownership of them. */
twInfoTableRow *twInfoTable_CreateRowFromEntries(twPrimitive *firstEntry, ...);

/** Makes a table of the given rows, which end with NULL and may be none, and takes ownership of shape and rows. Values
 * are not compared with the types of the shape. */
twInfoTable *twInfoTable_CreateInfoTableFromRows(twDataShape *dataShape, ...);

TW_END_DECLARATIONS
