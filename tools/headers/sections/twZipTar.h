//@ guard TW_ZIPTAR_H
//@ source zip_tar
//@ about unpacking of archives
//@ declarations
