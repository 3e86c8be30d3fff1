//@ guard TW_ERRORS_H
//@ source errors
//@ about codes that functions return
//@ declarations
