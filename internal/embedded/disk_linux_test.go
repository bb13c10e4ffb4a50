package embedded

import (
	"encoding/binary"
	"errors"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"
)

// disk is a file system for SQLite whose power can fail. It passes calls on to the system's files. For each file it
// records the writes since the file's last sync, and for the data folder the names that were made and removed since
// the folder's last sync. From these records image makes the files that may be left.
//
// The syncs of folders are observed through the kernel, which reports when a folder is opened. Neither SQLite nor the
// engine opens a folder for any other purpose.
type disk struct {
	vfs.VFS
	dir string
	// before is called before each call that changes something, with the type of the call and its file.
	before func(call string)

	mu sync.Mutex
	// now has the files by name. names has all files that each name meant since the folder's last sync, beginning with
	// the one at that sync; nil means no file.
	now   map[string]*inode
	names map[string][]*inode
	// marks are the contents of the file `commits`, which is never synced.
	marks []string
	// lost are the folders above the data folder that were not synced since the folder below was made.
	lost map[string]bool
	// watch is the inotify descriptor that reports opened folders. folders maps its watch numbers to folders.
	watch   int
	folders map[uint32]string
	// count counts the calls by type.
	count map[string]int
}

// newDisk makes a disk for a data folder and registers it as a file system of SQLite. If the data folder exists, it
// counts as synced. Otherwise only the folder base counts as synced.
func newDisk(t testing.TB, base, dir string) *disk {
	t.Helper()
	d := &disk{
		VFS: vfs.Find(systemVFS), dir: dir, before: func(string) {}, now: map[string]*inode{}, names: map[string][]*inode{},
		lost: map[string]bool{}, folders: map[uint32]string{}, count: map[string]int{},
	}
	if _, err := os.Stat(dir); err != nil {
		for path := dir; path != base; {
			path = filepath.Dir(path)
			d.lost[path] = true
		}
	}
	for _, name := range []string{fileName, fileName + "-wal", fileName + "-journal"} {
		if data, err := os.ReadFile(filepath.Join(dir, name)); err == nil {
			d.now[name] = &inode{synced: data, size: len(data)}
		}
	}
	d.syncNames()
	d.noteMark()
	var err error
	if d.watch, err = syscall.InotifyInit1(syscall.IN_NONBLOCK | syscall.IN_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	vfs.Register(d.vfs(), d)
	t.Cleanup(func() {
		vfs.Unregister(d.vfs())
		_ = syscall.Close(d.watch)
	})
	return d
}

// vfs returns SQLite's name of the disk.
func (d *disk) vfs() string { return "disk-" + strings.ReplaceAll(d.dir, "/", "-") }

// noteMark records the content of the file `commits`.
func (d *disk) noteMark() {
	mark, _ := os.ReadFile(filepath.Join(d.dir, markName)) // the file does not exist at first
	d.marks = append(d.marks, string(mark))
}

// observe records which folders were synced. The observation begins before the first call of SQLite that changes
// something.
func (d *disk) observe() error {
	if len(d.folders) == 0 {
		for _, path := range append(slices.Collect(maps.Keys(d.lost)), d.dir) {
			n, err := syscall.InotifyAddWatch(d.watch, path, syscall.IN_OPEN|syscall.IN_ONLYDIR)
			if err != nil {
				return err
			}
			d.folders[uint32(n)] = path
		}
	}
	for buf := make([]byte, 16<<10); ; {
		n, err := syscall.Read(d.watch, buf)
		if errors.Is(err, syscall.EAGAIN) {
			return nil
		}
		if err != nil {
			return err
		}
		for rest := buf[:n]; len(rest) > 0; {
			number, nameSize := binary.NativeEndian.Uint32(rest), binary.NativeEndian.Uint32(rest[12:])
			rest = rest[syscall.SizeofInotifyEvent+nameSize:]
			if path := d.folders[number]; nameSize > 0 { // a file in the folder was opened
				continue
			} else if delete(d.lost, path); path == d.dir {
				d.count["sync folder"]++
				d.syncNames()
			}
		}
	}
}

// syncNames records that the names in the data folder are on the disk.
func (d *disk) syncNames() {
	clear(d.names)
	for name, n := range d.now {
		d.names[name] = []*inode{n}
	}
}

// change makes a call that changes something and records its effect.
func (d *disk) change(call string, do func() error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.observe(); err != nil {
		return err
	}
	d.before(call)
	d.count[call]++
	if err := do(); err != nil {
		return err
	}
	return d.observe()
}

// OpenFilename implements [vfs.VFSFilename].
func (d *disk) OpenFilename(path *vfs.Filename, flags vfs.OpenFlag) (_ vfs.File, _ vfs.OpenFlag, err error) {
	if path == nil { // a temporary file
		return vfsutil.WrapOpenFilename(d.VFS, path, flags)
	}
	name := filepath.Base(path.String())
	f := &diskFile{disk: d, name: name}
	err = d.change("open "+name, func() (err error) {
		if f.File, flags, err = vfsutil.WrapOpenFilename(d.VFS, path, flags); err != nil {
			return err
		}
		if f.inode = d.now[name]; f.inode == nil { // this call makes the file, or the engine made it before
			f.inode = &inode{}
			d.now[name] = f.inode
			d.renamed(name)
		}
		return nil
	})
	return f, flags, err
}

// Delete implements [vfs.VFS].
func (d *disk) Delete(path string, syncFolder bool) error {
	name := filepath.Base(path)
	return d.change("delete "+name, func() error {
		err := d.VFS.Delete(path, syncFolder)
		if err == nil {
			delete(d.now, name)
			d.renamed(name)
		}
		return err
	})
}

// renamed records that a name now means another file, or none.
func (d *disk) renamed(name string) {
	if d.names[name] == nil {
		d.names[name] = []*inode{nil}
	}
	d.names[name] = append(d.names[name], d.now[name])
}

// diskFile is an open file of a disk.
type diskFile struct {
	lazyFile
	*inode
	disk *disk
	name string
	// passed means that a sync was passed on. The system's files may sync their folder together with the first sync,
	// and with no other, so the later ones need not be passed on.
	passed bool
}

// WriteAt implements [vfs.File].
func (f *diskFile) WriteAt(data []byte, at int64) (n int, err error) {
	return n, f.disk.change("write "+f.name, func() error {
		n, err = f.File.WriteAt(data, at)
		f.write(int(at), data[:n])
		return err
	})
}

// Truncate implements [vfs.File].
func (f *diskFile) Truncate(size int64) error {
	return f.disk.change("truncate "+f.name, func() error {
		f.resize(int(size))
		return f.File.Truncate(size)
	})
}

// SizeHint implements [vfs.FileSizeHint].
func (f *diskFile) SizeHint(size int64) error {
	return f.disk.change("extend "+f.name, func() error {
		f.resize(max(f.size, int(size)))
		return vfsutil.WrapSizeHint(f.File, size)
	})
}

// Sync implements [vfs.File].
func (f *diskFile) Sync(flags vfs.SyncFlag) error {
	return f.disk.change("sync "+f.name, func() error {
		f.sync()
		if f.passed {
			return nil
		}
		f.passed = true
		return f.File.Sync(flags)
	})
}

// image makes a data folder as it may be on the disk if the power fails now. The folder may be missing.
func (d *disk) image(r *rand.Rand, dir string) error {
	l := luck{r, among(generator{r}, 0, 1, r.Float64())}
	d.noteMark()
	if len(d.lost) > 0 && l.among(2) == 0 {
		return nil
	}
	files := map[string][]byte{fileName + "-shm": l.junk(r.IntN(40 << 10))}
	for _, name := range slices.Sorted(maps.Keys(d.names)) {
		versions := d.names[name]
		if n := versions[l.among(len(versions))]; n != nil {
			files[name] = n.left(l)
		}
	}
	if mark := d.marks[l.among(len(d.marks))]; mark != "" {
		files[markName] = []byte(mark[:among(generator{r}, len(mark), len(mark), len(mark), r.IntN(len(mark)))])
	}
	err := os.MkdirAll(dir, 0o700)
	for name, data := range files {
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
	return err
}

// lazyDisk is a file system for SQLite that never waits for the disk. The remains of a disk are examined with it.
type lazyDisk struct{ vfs.VFS }

// registerLazy returns SQLite's name of a lazy disk.
var registerLazy = sync.OnceValue(func() string {
	vfs.Register("lazy", lazyDisk{vfs.Find(systemVFS)})
	return "lazy"
})

// OpenFilename implements [vfs.VFSFilename].
func (d lazyDisk) OpenFilename(path *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	f, flags, err := vfsutil.WrapOpenFilename(d.VFS, path, flags)
	return lazyFile{f}, flags, err
}

// lazyFile is a file that never waits for the disk.
type lazyFile struct{ vfs.File }

// Sync implements [vfs.File].
func (lazyFile) Sync(vfs.SyncFlag) error { return nil }

// SharedMemory implements [vfs.FileSharedMemory].
func (f lazyFile) SharedMemory() vfs.SharedMemory { return vfsutil.WrapSharedMemory(f.File) }

// LockState implements [vfs.FileLockState].
func (f lazyFile) LockState() vfs.LockLevel { return vfsutil.WrapLockState(f.File) }
