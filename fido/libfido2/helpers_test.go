//go:build cgo && !nofido && linux

package libfido2_test

import (
	"nightlatch/fido/fidotest"
	"nightlatch/fido/libfido2"
)

// Short names for the helpers of fidotest.
type person = fidotest.Person

var (
	opener       = libfido2.Backend{}
	newBench     = way.NewBench
	newClient    = way.NewClient
	plug         = fidotest.Plug
	manual       = fidotest.Manual
	blinking     = fidotest.Blinking
	device       = fidotest.Device
	creation     = fidotest.Creation
	request      = fidotest.Request
	idOf         = fidotest.IDOf
	random       = fidotest.Random
	verifying    = fidotest.Verifying
	autoTouchKey = fidotest.AutoTouchKey
)

const origin = fidotest.Origin
