package applet

import (
	"bytes"
	"context"

	"nightlatch/fido/ctaphid"
	"nightlatch/fido/nfc"
	"nightlatch/fido/nfc/apdu"
)

// dispatch runs a complete command.
func (a *Applet) dispatch(c apdu.Command) ([]byte, apdu.Status) {
	if c.CLA == nfc.ClassISO && c.INS == nfc.Select {
		return a.selectApplication(c)
	}
	switch {
	case !a.selected:
		return nil, apdu.NotAllowed
	case c.CLA == nfc.ClassISO:
		return a.u2f(c)
	case c.CLA != nfc.ClassCTAP:
		return nil, apdu.UnknownClass
	case c.P2 != 0:
		return nil, apdu.WrongParameters
	}
	switch {
	case c.INS == nfc.Message && c.P1&^nfc.CanPoll == 0:
		return a.message(c)
	case c.INS == nfc.Progress && (c.P1 == 0 || c.P1 == nfc.CancelThis):
		return a.progress(c.P1 == nfc.CancelThis)
	case c.INS == nfc.Control && c.P1 == nfc.EndOfCTAP:
		a.abandon()
		a.takeTap()
		a.selected = false
		return nil, apdu.OK
	case c.INS == nfc.Message, c.INS == nfc.Progress, c.INS == nfc.Control:
		return nil, apdu.WrongParameters
	}
	return nil, apdu.UnknownCommand
}

func (a *Applet) selectApplication(c apdu.Command) ([]byte, apdu.Status) {
	a.abandon()
	a.selected = false
	switch {
	case c.P1 != nfc.ByName:
		return nil, apdu.WrongParameters
	case !bytes.Equal(c.Data, nfc.AID[:]):
		return nil, apdu.NotFound
	}
	a.selected = true
	if _, ok := a.key.Backend().(ctaphid.U2FBackend); ok {
		return []byte(nfc.VersionU2F), apdu.OK
	}
	return []byte(nfc.VersionFIDO2), apdu.OK
}

// u2f passes on a U2F command in extended form, as over USB.
func (a *Applet) u2f(c apdu.Command) ([]byte, apdu.Status) {
	key, ok := a.key.Backend().(ctaphid.U2FBackend)
	if !ok {
		return nil, apdu.UnknownCommand
	}
	a.abandon()
	c.Extended = true
	r := a.start(func(ctx context.Context) ([]byte, error) { return key.Msg(ctx, c.Bytes()) })
	<-r.done
	a.finish(r)
	raw, err := apdu.ParseResponse(r.answer)
	if r.err != nil || err != nil {
		return nil, apdu.NotAllowed
	}
	return raw.Data, raw.Status
}

// message runs a CTAP2 command (CTAP section 11.3.7.1). If the client supports Progress,
// it returns when the command is done or the key waits for its button.
func (a *Applet) message(c apdu.Command) ([]byte, apdu.Status) {
	a.abandon()
	r := a.start(func(ctx context.Context) ([]byte, error) {
		return a.key.Backend().CBOR(ctx, c.Data, func(ctaphid.Status) {})
	})
	waits := r.waits
	if c.P1 != nfc.CanPoll {
		waits = nil
	}
	select {
	case <-r.done:
		return a.result(r)
	case <-waits:
		return []byte{byte(ctaphid.UserPresence)}, apdu.Waiting
	}
}

// progress answers with the state of the running command (CTAP section 11.3.7.2), or
// cancels it and answers with its result.
func (a *Applet) progress(cancel bool) ([]byte, apdu.Status) {
	a.mu.Lock()
	r := a.running
	a.mu.Unlock()
	if r == nil {
		return nil, apdu.NotAllowed
	}
	if cancel {
		r.cancel()
		<-r.done
	}
	select {
	case <-r.done:
		return a.result(r)
	default:
		return []byte{byte(ctaphid.UserPresence)}, apdu.Waiting
	}
}

// start runs a command in a goroutine, so that the applet can answer meanwhile.
func (a *Applet) start(do func(context.Context) ([]byte, error)) *run {
	ctx, cancel := context.WithCancel(context.Background())
	r := &run{cancel: cancel, done: make(chan struct{}), waits: make(chan struct{})}
	a.mu.Lock()
	if a.off {
		cancel() // the card left the field meanwhile
	} else {
		a.running = r
	}
	a.mu.Unlock()
	go func() {
		defer close(r.done)
		r.answer, r.err = do(ctx)
	}()
	return r
}

func (a *Applet) result(r *run) ([]byte, apdu.Status) {
	a.finish(r)
	if r.err != nil {
		return nil, apdu.NotAllowed
	}
	return r.answer, apdu.OK
}

func (a *Applet) finish(r *run) {
	r.cancel()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.running == r {
		a.running = nil
	}
}

// abandon ends the running command and discards its result.
func (a *Applet) abandon() {
	a.mu.Lock()
	r := a.running
	a.mu.Unlock()
	if r == nil {
		return
	}
	r.cancel()
	<-r.done
	a.finish(r)
}
