package nfc

import (
	"fmt"

	"nightlatch/fido/nfc/apdu"
)

// exchange sends a command, in parts if it is long, and collects the answer.
//
// A long command goes out as a chain of short ones, which every reader can pass
// on; if the card knows no chains, in extended form, now and from then on. Keys
// have to know both (CTAP section 11.3.6), and many know one.
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

// chain sends the parts of a command. refused says that the card did not take the
// first of them for a part, so that nothing has happened yet.
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

// noChain tells a card that does not know chains by its refusal of one.
func noChain(s apdu.Status) bool {
	switch s {
	case apdu.NoChaining, apdu.UnknownClass, apdu.UnknownCommand, apdu.WrongLength:
		return true
	}
	return false
}

// single sends one command and collects its answer, which may come in parts (ISO/IEC
// 7816-4, section 5.3.4).
func (k *Key) single(c apdu.Command) (apdu.Response, error) {
	r, err := k.transmit(c)
	if err == nil && r.Status.Kind() == apdu.WrongExpect {
		c.Expect = r.Status.Count() // the card did nothing but say how much to expect
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
		return apdu.Response{}, fmt.Errorf("nfc: talking to the card: %w", err)
	}
	r, err := apdu.ParseResponse(raw)
	if err != nil {
		return apdu.Response{}, fmt.Errorf("nfc: talking to the card: %w", err)
	}
	return r, nil
}
