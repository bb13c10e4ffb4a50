package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"syscall"
)

// snapshot has the contents of files, by their names; nil for a file that did not exist.
type snapshot map[string][]byte

// remember reads the contents of files.
func remember(names []string) (snapshot, error) {
	held := snapshot{}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		held[name] = data
	}
	return held, nil
}

// restore writes the old contents to the files. It does not write files that did not change.
func (held snapshot) restore() error {
	var failed []error
	for name, data := range held {
		now, err := os.ReadFile(name)
		switch {
		case err == nil && data == nil:
			failed = append(failed, os.Remove(name))
		case data != nil && (err != nil || !bytes.Equal(now, data)):
			failed = append(failed, os.WriteFile(name, data, 0o644))
		}
	}
	return errors.Join(failed...)
}

// writeAllOrRestore calls write, which changes some files. If it fails, panics or is interrupted, writeAllOrRestore
// restores the files.
func writeAllOrRestore(names []string, write func() error) (err error) {
	held, err := remember(names)
	if err != nil {
		return err
	}
	var once sync.Once
	restore := func() (err error) {
		once.Do(func() { err = held.restore() })
		return err
	}
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(interrupts)
	go func() {
		<-interrupts
		if err := restore(); err != nil {
			fmt.Fprintln(os.Stderr, "generate graph: interrupted, and not all files could be restored:", err)
		}
		os.Exit(1)
	}()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
		if err != nil {
			err = errors.Join(err, restore())
		}
	}()
	return write()
}
