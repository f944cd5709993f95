//go:build unix

package owned

import (
	"io/fs"
	"os"
	osuser "os/user"
	"strconv"
	"strings"
	"syscall"
)

// A user is the user whose files are accepted.
type user struct {
	uid      uint32
	unmapped bool // some users have no number in this user namespace and appear as nobody
}

// nobody is the number under which Linux shows users without one
// (/proc/sys/kernel/overflowuid).
const nobody = 65534

func self() user {
	// In a user namespace, such as in a sandbox, even root may have no number.
	ids, err := os.ReadFile("/proc/self/uid_map")
	everybody := err != nil || strings.Join(strings.Fields(string(ids)), " ") == "0 0 4294967295"
	return user{uid: uint32(os.Geteuid()), unmapped: !everybody}
}

// trusts reports whether files of a user are accepted above the data
// directory.
func (me user) trusts(uid uint32) bool {
	return uid == me.uid || uid == 0 || me.unmapped && uid == nobody
}

func (me user) ownsOrRoot(info fs.FileInfo) bool {
	uid, _, known := owner(info)
	return known && (me.uid == 0 || uid == me.uid)
}

func owner(info fs.FileInfo) (uid, gid uint32, known bool) {
	stat, known := info.Sys().(*syscall.Stat_t)
	if !known {
		return 0, 0, false
	}
	return stat.Uid, stat.Gid, true
}

// directory checks a directory. data is true for the data directory itself.
func (me user) directory(path string, info fs.FileInfo, data bool) error {
	uid, gid, known := owner(info)
	mode := info.Mode()
	sticky := mode&fs.ModeSticky != 0 // others can add files, but not replace existing ones
	switch {
	case !known:
		return nil
	case data && uid != me.uid && me.uid == 0:
		return exposed(path, "%s belongs to the user "+name(uid)+".", "Run this command as that user: sudo -u %s nightlatch …", name(uid))
	case data && uid != me.uid, !data && !me.trusts(uid):
		return exposed(path, "%s belongs to the user "+name(uid)+", who could replace your data.", "Choose another directory with --data. If this one is yours, say so: sudo chown %s %s", name(me.uid), quoted(path))
	case mode.Perm()&0o002 != 0 && (data || !sticky):
		return exposed(path, "Every user of this computer can write to %s and replace your data.", "Remove this permission (chmod o-w %s), or choose another directory with --data.", quoted(path))
	case data && mode.Perm()&0o020 != 0 && gid != uid: // a user's private group has the user's number
		return exposed(path, "Every user of the group "+group(gid)+" can write to %s and replace your data.", "Remove this permission (chmod g-w %s), or choose another directory with --data.", quoted(path))
	}
	return nil
}

// file checks a file of the data directory.
func (me user) file(path string, info fs.FileInfo) error {
	uid, _, known := owner(info)
	switch {
	case !known:
		return nil
	case uid != me.uid:
		return exposed(path, "%s belongs to the user "+name(uid)+", who could have made it up.", "If it is yours, say so: sudo chown %s %s. Otherwise move it away.", name(me.uid), quoted(path))
	case info.Mode().Perm()&0o077 != 0:
		return exposed(path, "Other users of this computer can read or change %s.", "Remove this permission (chmod go= %s). If the disk does not keep permissions, choose a directory on another one with --data.", quoted(path))
	}
	return nil
}

// name returns a user's name, or its number.
func name(uid uint32) string {
	number := strconv.FormatUint(uint64(uid), 10)
	if u, err := osuser.LookupId(number); err == nil {
		return u.Username
	}
	return number
}

func group(gid uint32) string {
	number := strconv.FormatUint(uint64(gid), 10)
	if g, err := osuser.LookupGroupId(number); err == nil {
		return g.Name
	}
	return number
}
