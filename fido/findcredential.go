package fido

import "context"

// FindCredential tells, without a touch, which of the credentials the key has: the one of an
// account's list that is plugged in. It is nil when the key has none of them, or
// does not tell: a U2F key is asked one by one, and a credential with credProtect
// level 3 hides (CTAP section 12.1).
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
	cer, err := c.visit(ctx, d)
	if err != nil {
		return nil, err
	}
	defer cer.end()
	found, err := cer.probe(rpID, ids)
	if err != nil || !found.found || len(found.id) > 0 {
		return found.id, err
	}
	for _, id := range ids { // it has one, and did not say which
		if one, err := cer.probe(rpID, [][]byte{id}); err != nil || one.found {
			return one.id, err
		}
	}
	return nil, nil
}
