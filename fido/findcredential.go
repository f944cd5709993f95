package fido

import "context"

// FindCredential returns the first of the given credentials that the key has. It needs
// no touch. The window uses it to find which of an account's keys is plugged in. The
// result is nil if the key has none of them or does not reveal it: credProtect level 3
// hides a credential (CTAP section 12.1).
func (c *Client) FindCredential(ctx context.Context, d Device, rpID string, ids [][]byte) ([]byte, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var all []descriptor
	for _, id := range ids {
		all = append(all, descriptor{Type: publicKeyType, ID: id})
	}
	if err := checkIDs("ids", all); err != nil {
		return nil, err
	}
	cer, err := c.beginSilent(ctx, d)
	if err != nil {
		return nil, err
	}
	defer cer.end()
	found, err := cer.probe(rpID, ids)
	if err != nil || !found.found || len(found.id) > 0 {
		return found.id, err
	}
	for _, id := range ids { // the key has one but did not report which
		if one, err := cer.probe(rpID, [][]byte{id}); err != nil || one.found {
			return one.id, err
		}
	}
	return nil, nil
}
