//@ guard TWPATH_H
//@ source path
//@ about absolute paths
//@ declarations
