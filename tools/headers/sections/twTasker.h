//@ guard TASKER_H
//@ source tasker
//@ needs twDefaultSettings.h
//@ about table of tasks that run in turn
//@ declarations
