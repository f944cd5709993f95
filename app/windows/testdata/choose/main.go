// Package main opens the file dialog of Windows and prints what was chosen.
//
//	choose save|folder START [SECONDS]
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"nightlatch/ui/chooser"
)

func main() {
	ctx := context.Background()
	if len(os.Args) > 3 {
		limit, err := time.ParseDuration(os.Args[3])
		if err != nil {
			panic(err)
		}
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, limit)
		defer stop()
	}
	path, err := chooser.OfDesktop()(ctx, chooser.Request{Title: "Where to save it", Accept: "Choose", Folder: os.Args[1] == "folder", Start: os.Args[2]})
	fmt.Printf("%q %v\n", path, err)
}
