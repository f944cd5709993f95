package nfc

import (
	"fmt"

	"nightlatch/fido/nfc/apdu"
)

// exchange sends a command, as a chain if it is long, and collects the answer.
//
// Chains of short commands work with every reader. If the card does not support chains,
// exchange uses extended form from then on. Keys must support both (CTAP section
// 11.3.6), but many support only one.
func (k *Key) exchange(c apdu.Command) (apdu.Response, error) {
	if len(c.Data) <= apdu.ShortData {
		return k.single(c)
	}
	if !k.extended {
		r, refused, err := k.chain(c.Chain())
		if err != nil || !refused {
			return r, err
		}
		k.extended = true
	}
	c.Extended, c.Expect = true, apdu.ExtendedAnswer
	return k.single(c)
}

// chain sends the parts of a command. refused reports that the card refused the first
// part, so that no command was run.
func (k *Key) chain(parts []apdu.Command) (r apdu.Response, refused bool, err error) {
	last := len(parts) - 1
	for i, part := range parts[:last] {
		r, err := k.transmit(part)
		switch {
		case err != nil:
			return r, false, err
		case r.Status == apdu.OK:
		case i == 0 && noChain(r.Status):
			return r, true, nil
		default:
			return r, false, nil
		}
	}
	r, err = k.single(parts[last])
	return r, false, err
}

// noChain reports whether the status means that the card does not support chains.
func noChain(s apdu.Status) bool {
	switch s {
	case apdu.NoChaining, apdu.UnknownClass, apdu.UnknownCommand, apdu.WrongLength:
		return true
	}
	return false
}

// single sends one command and collects the parts of its answer (ISO/IEC 7816-4,
// section 5.3.4).
func (k *Key) single(c apdu.Command) (apdu.Response, error) {
	r, err := k.transmit(c)
	if err == nil && r.Status.Kind() == apdu.WrongExpect {
		c.Expect = r.Status.Count() // the card only reported the length to expect
		r, err = k.transmit(c)
	}
	if err != nil {
		return r, err
	}
	data := r.Data
	for r.Status.Kind() == apdu.More {
		r, err = k.transmit(apdu.Command{CLA: ClassISO, INS: GetResponse, Expect: r.Status.Count()})
		switch {
		case err != nil:
			return r, err
		case r.Status.Kind() == apdu.More && len(r.Data) == 0, len(data)+len(r.Data) > apdu.ExtendedAnswer:
			return r, ErrEndless
		}
		data = append(data, r.Data...)
	}
	return apdu.Response{Data: data, Status: r.Status}, nil
}

func (k *Key) transmit(c apdu.Command) (apdu.Response, error) {
	raw, err := k.card.Transmit(c.Bytes())
	if err != nil {
		return apdu.Response{}, fmt.Errorf("nfc: sending to the card: %w", err)
	}
	r, err := apdu.ParseResponse(raw)
	if err != nil {
		return apdu.Response{}, fmt.Errorf("nfc: sending to the card: %w", err)
	}
	return r, nil
}
