package main

import (
	"context"
	"errors"

	"nightlatch/fido/softkey"
	"nightlatch/fido/virtual"
	"nightlatch/server/api"
	"nightlatch/server/lab"
)

// virtualKeys connects the lab with package fido/virtual: fido and server do not import
// each other.
type virtualKeys struct{ *virtual.Bench }

func (v virtualKeys) Plug(_ context.Context, k api.LabKey) (api.LabKey, error) {
	made, err := v.PlugNew(virtual.Spec{Name: k.Name, Transport: k.Transport, Kind: softkey.Kind(k.Kind), PIN: k.PIN})
	if err != nil {
		return api.LabKey{}, benchError(err)
	}
	return labKey(made), nil
}

func (v virtualKeys) Copy(id, name string) (api.LabKey, error) {
	made, err := v.Bench.Copy(id, name)
	if err != nil {
		return api.LabKey{}, benchError(err)
	}
	return labKey(made), nil
}

func (v virtualKeys) Do(id string, action api.KeyAction) error {
	do, known := map[api.KeyAction]func(string) error{
		api.TouchKey:       v.Touch,
		api.FillKey:        v.Fill,
		api.LockPIN:        v.LockPIN,
		api.ForcePINChange: v.Bench.ForcePINChange,
		api.EnrollFinger:   v.EnrollFinger,
	}[action]
	if !known {
		return errors.New("app: virtual keys have no action " + string(action))
	}
	return benchError(do(id))
}

func (v virtualKeys) Set(id string, h api.KeyBehaviour) error {
	for _, s := range []struct {
		on  *bool
		set func(string, bool) error
	}{
		{h.AutoTouch, v.SetAutoTouch}, {h.PullOnTouch, v.PullOnTouch}, {h.CounterStill, v.Freeze}, {h.WrongFinger, v.WrongFinger},
	} {
		if s.on == nil {
			continue
		}
		if err := s.set(id, *s.on); err != nil {
			return benchError(err)
		}
	}
	return nil
}

// Unplug unplugs a key. It does nothing if the key is not plugged in.
func (v virtualKeys) Unplug(id string) error {
	if err := v.Bench.Unplug(id); !errors.Is(err, virtual.ErrUnplugged) {
		return benchError(err)
	}
	return nil
}

// Replug plugs a key in. It does nothing if the key is plugged in.
func (v virtualKeys) Replug(id string) error {
	if _, err := v.Bench.Replug(id); !errors.Is(err, virtual.ErrPlugged) {
		return benchError(err)
	}
	return nil
}

func (v virtualKeys) Remove(id string) error { return benchError(v.Bench.Remove(id)) }

func (v virtualKeys) List() []api.LabKey {
	keys := []api.LabKey{}
	for _, k := range v.Bench.List() {
		keys = append(keys, labKey(k))
	}
	return keys
}

func labKey(k virtual.Key) api.LabKey {
	out := api.LabKey{
		ID: k.ID, Name: k.Name, Transport: k.Transport, Kind: api.KeyKind(k.Kind), Path: k.Path,
		HasPIN: k.PIN, WaitingForTouch: k.WaitingForTouch, PluggedIn: k.Plugged(), CopyOf: k.CopyOf,
		KeyBehaviour: api.KeyBehaviour{AutoTouch: &k.AutoTouch, PullOnTouch: &k.PullOnTouch, CounterStill: &k.Frozen},
	}
	if k.Kind != softkey.U2F {
		out.Stored, out.Room = k.Used, k.Remaining
	}
	if k.PIN {
		out.PINTries = &k.PINTries
	}
	if k.Kind == softkey.Fingerprint {
		out.Finger, out.WrongFinger = &k.Finger, &k.WrongFinger
	}
	return out
}

// benchErrors maps the bench's errors to the lab's.
var benchErrors = []struct{ from, to error }{
	{virtual.ErrUnknown, lab.ErrNoKey},
	{virtual.ErrUnplugged, lab.ErrUnplugged},
	{virtual.ErrFull, lab.ErrBenchFull},
	{virtual.ErrNoPIN, lab.ErrNoPIN},
	{virtual.ErrNoSensor, lab.ErrNoSensor},
	{virtual.ErrU2F, lab.ErrOldKey},
}

// benchError returns the lab's error for an error of the bench.
func benchError(err error) error {
	for _, e := range benchErrors {
		if errors.Is(err, e.from) {
			return e.to
		}
	}
	return err
}
