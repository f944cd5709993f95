// Package hidraw lists the security keys among Linux's hidraw devices, including those
// that the user has no permission to open, and reports when they change. It is empty on
// other systems.
//
// libfido2 can list keys too, but opens each device for that, so it does not find keys
// without a udev rule. This package reads sysfs, which every user may read.
package hidraw
