package shell

// A Once is a secret that is shown once: a code, a password, a key. Leaving
// its page asks first, unless the user has kept the secret.
type Once struct {
	Secret   string
	Question string // translation key of the question on the way out
	Kept     bool   // copied or saved, or the user has confirmed it
}

// Unsaved returns the question, or "" if nothing would be lost.
func (o *Once) Unsaved() string {
	if o == nil || o.Secret == "" || o.Kept {
		return ""
	}
	return o.Question
}

// Copy puts the secret on the clipboard.
func (o *Once) Copy(c *Console) {
	c.CopySecret(o.Secret)
	o.Kept = true
}

// ConfirmLeaving is Confirm for something that takes away what the screen in front shows. If
// that can't be shown again, its question is asked instead.
func (c *Console) ConfirmLeaving(key string, do func()) {
	if c.unsaved() != "" {
		c.Leaving(do)
		return
	}
	c.Confirm(key, nil, do)
}

// unsaved is the question of the screen in front, "" if it has nothing to lose.
func (c *Console) unsaved() string {
	if k, ok := c.front.(unsaved); ok {
		return k.Unsaved()
	}
	return ""
}

// Leaving calls do, which removes the contents of the screen in front. If they
// can't be shown again, it asks first.
func (c *Console) Leaving(do func()) {
	question := c.unsaved()
	if question == "" {
		do()
		return
	}
	if c.leaving != nil { // the user closes the window while the question is open
		c.leaving.Close()
	}
	d := c.confirmation(question, nil, func() { c.leaving = nil; do() })
	d.OnClose = func() { c.leaving = nil }
	c.leaving = c.Dialog(d)
}
