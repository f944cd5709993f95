// Package fairqueue orders the requests that wait for slow work, such as hashing passwords. One
// busy source cannot keep the others waiting (R43).
//
// A request carries its Class and its source in its context. Waiting requests are
// served by class, and within a class round robin by source: each source gets one turn
// before any of them gets a second. If the queue is full, the newest request of the busiest
// source of the lowest class is dropped.
//
// Neither depends on whether a user name exists (R42): the class comes from what the
// client proved before, and the source from its address.
package fairqueue
