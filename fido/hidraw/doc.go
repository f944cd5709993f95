// Package hidraw finds security keys among Linux's hidraw devices, those that this
// person may not open included, and tells when they come and go. Elsewhere it is
// empty.
//
// libfido2 lists keys too, but it opens each device for that: a key without a udev
// rule is then as good as not plugged in. What a device is stands in sysfs, where
// everybody may read it.
package hidraw
