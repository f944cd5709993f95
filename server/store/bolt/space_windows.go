package bolt

import "golang.org/x/sys/windows"

// freeSpace returns how many bytes this user can write to the disk that holds
// dir.
func freeSpace(dir string) (free int64, known bool) {
	at, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, false
	}
	var bytes uint64
	if windows.GetDiskFreeSpaceEx(at, &bytes, nil, nil) != nil {
		return 0, false
	}
	return int64(bytes), true
}
