package picture

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"slices"
)

// CleanVideo removes from a recording the place, the time and the author. The samples of picture and sound keep their
// bytes and their offsets. A file of any type but MP4 and M4A is returned unchanged. A malformed file is a [*Refusal].
func CleanVideo(ctx context.Context, file io.ReaderAt, size int64, t Type) (io.ReaderAt, error) {
	switch t.MimeType {
	case mp4.MimeType, m4a.MimeType:
		return cleanISO(ctx, file, size)
	}
	return file, nil
}

// maxMoov bounds the box "moov" in bytes. It holds the tables with the positions of the samples; hours of video need
// some megabytes.
const maxMoov = 64 << 20

// isoRule says what happens to a box of an ISO base media file (ISO/IEC 14496-12). A box that is not in [isoBoxes] is
// overwritten: its type becomes "free" and its content zeros.
type isoRule int

const (
	isoFree  isoRule = iota // the box is overwritten
	isoKeep                 // the box is kept
	isoInner                // the box is kept, and the rules apply to the boxes inside it
	isoTimes                // the box is kept, without the times of creation and modification
	isoName                 // the box is kept, without its name
)

// isoBoxes lists the boxes that a video needs, by the box that contains them; "" is the file itself.
var isoBoxes = map[string]map[string]isoRule{
	"": {
		"ftyp": isoKeep, "styp": isoKeep, "moov": isoInner, "moof": isoInner, "mdat": isoKeep,
		"mfra": isoKeep, "sidx": isoKeep, "ssix": isoKeep,
	},
	"moov": {"mvhd": isoTimes, "trak": isoInner, "mvex": isoInner, "iods": isoKeep},
	"mvex": {"mehd": isoKeep, "trex": isoKeep, "leva": isoKeep},
	"trak": {"tkhd": isoTimes, "edts": isoInner, "tref": isoKeep, "tapt": isoKeep, "mdia": isoInner},
	"edts": {"elst": isoKeep},
	"mdia": {"mdhd": isoTimes, "hdlr": isoName, "elng": isoKeep, "minf": isoInner},
	"minf": {
		"vmhd": isoKeep, "smhd": isoKeep, "nmhd": isoKeep, "sthd": isoKeep, "gmhd": isoKeep,
		"hdlr": isoName, "dinf": isoKeep, "stbl": isoInner,
	},
	"stbl": {
		"stsd": isoKeep, "stts": isoKeep, "ctts": isoKeep, "cslg": isoKeep, "stsc": isoKeep, "stsz": isoKeep, "stz2": isoKeep,
		"stco": isoKeep, "co64": isoKeep, "stss": isoKeep, "stsh": isoKeep, "padb": isoKeep, "sdtp": isoKeep, "stdp": isoKeep,
		"sgpd": isoKeep, "sbgp": isoKeep, "subs": isoKeep, "saiz": isoKeep, "saio": isoKeep, "stps": isoKeep,
	},
	"moof": {"mfhd": isoKeep, "traf": isoInner},
	"traf": {
		"tfhd": isoKeep, "tfdt": isoKeep, "trun": isoKeep, "sdtp": isoKeep, "sgpd": isoKeep, "sbgp": isoKeep,
		"subs": isoKeep, "saiz": isoKeep, "saio": isoKeep,
	},
}

// isoVisible lists the handlers of the tracks that are visible or audible. Other tracks hold measurements of the
// camera, such as its position at each second (GoPro's "gpmd" and Android's "camm" are in tracks of "meta").
var isoVisible = []string{"vide", "soun", "text", "sbtl", "subt", "clcp", "pict", "auxv"}

var errTracks = refuse(ReasonBroken, "a video with tracks of measurements in fragments; save it as an ordinary MP4")

// isoCleaner collects the parts of a file that must be overwritten.
type isoCleaner struct {
	ctx    context.Context
	file   io.ReaderAt
	output *Overwritten
	// tracks are the tracks whose samples are kept; hidden reports whether another track was found.
	tracks     []isoTrack
	hidden     bool
	fragmented bool
	data       []extent // the content of the mdat boxes
}

func cleanISO(ctx context.Context, file io.ReaderAt, size int64) (io.ReaderAt, error) {
	c := &isoCleaner{ctx: ctx, file: file, output: &Overwritten{file: file}}
	if err := c.boxes("", 0, size); err != nil {
		return nil, err
	}
	switch {
	case c.fragmented && c.hidden:
		return nil, errTracks
	case c.fragmented: // The fragments list their own samples: nothing else was put between them.
	case c.data != nil && c.tracks == nil:
		return nil, refuse(ReasonBroken, "it has no table of what it shows")
	default:
		if err := c.overwriteUnused(); err != nil {
			return nil, err
		}
	}
	c.output.sort()
	return c.output, nil
}

// box reads the header of a box. It returns the type, and the offsets of the first byte of the content and of the
// next box.
func (c *isoCleaner) box(at, end int64) (name string, begin, next int64, err error) {
	var header [16]byte
	if end-at < 8 {
		return "", 0, 0, errTruncated
	}
	if _, err := c.file.ReadAt(header[:min(16, end-at)], at); err != nil && !errors.Is(err, io.EOF) {
		return "", 0, 0, err
	}
	length, begin := int64(binary.BigEndian.Uint32(header[:])), at+8
	switch length {
	case 0: // the box reaches to the end
		length = end - at
	case 1:
		length, begin = int64(binary.BigEndian.Uint64(header[8:])), at+16
	}
	if length < begin-at || length > end-at {
		return "", 0, 0, errTruncated
	}
	return string(header[4:8]), begin, at + length, nil
}

// boxes applies the rules to each box inside one.
func (c *isoCleaner) boxes(in string, at, end int64) error {
	for at < end {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		if in != "" && end-at < 8 { // QuickTime ends some boxes with four zeros
			c.output.zero(at, end)
			return nil
		}
		name, begin, next, err := c.box(at, end)
		// The bytes after the end of a video need not be boxes.
		if in == "" && errors.Is(err, errTruncated) && (c.tracks != nil || c.fragmented) {
			c.output.zero(at, end)
			return nil
		}
		if err != nil {
			return err
		}
		switch isoBoxes[in][name] {
		case isoFree:
			c.output.write(at+4, []byte("free"))
			c.output.zero(begin, next)
		case isoKeep:
			if name == "mdat" {
				c.data = append(c.data, extent{begin, next})
			}
		case isoInner:
			err = c.inner(name, at, begin, next)
		case isoTimes:
			err = c.times(begin, next)
		case isoName:
			if next-begin < 24 {
				return errTruncated
			}
			c.output.zero(begin+24, next) // after version, flags, predefined, handler, reserved
		}
		if err != nil {
			return err
		}
		at = next
	}
	return nil
}

func (c *isoCleaner) inner(name string, at, begin, end int64) error {
	switch name {
	case "trak":
		return c.track(at, begin, end)
	case "moov":
		if end-begin > maxMoov {
			return refuse(ReasonBroken, "its tables have more than %d MB", maxMoov>>20)
		}
	case "moof":
		c.fragmented = true
	}
	return c.boxes(name, begin, end)
}

// times overwrites the times of creation and modification of a video or a track. In version 1 each has 64 bits.
func (c *isoCleaner) times(begin, end int64) error {
	var version [1]byte
	if end-begin < 20 {
		return errTruncated
	}
	if _, err := c.file.ReadAt(version[:], begin); err != nil {
		return err
	}
	c.output.zero(begin+4, begin+12+8*int64(version[0]&1))
	return nil
}

// track keeps a track that is visible or audible, and overwrites any other.
func (c *isoCleaner) track(at, begin, end int64) error {
	handler := c.find(begin, end, "mdia", "hdlr")
	if len(handler) >= 12 && slices.Contains(isoVisible, string(handler[8:12])) {
		table := isoTrack{
			sizes: c.find(begin, end, "mdia", "minf", "stbl", "stsz"), small: c.find(begin, end, "mdia", "minf", "stbl", "stz2"),
			perChunk: c.find(begin, end, "mdia", "minf", "stbl", "stsc"),
			chunks:   c.find(begin, end, "mdia", "minf", "stbl", "stco"),
			wide:     c.find(begin, end, "mdia", "minf", "stbl", "co64"),
		}
		c.tracks = append(c.tracks, table)
		return c.boxes("trak", begin, end)
	}
	c.hidden = true
	c.output.write(at+4, []byte("free"))
	c.output.zero(begin, end)
	return nil
}

// find returns the content of the box at a path, or nil if there is none.
func (c *isoCleaner) find(at, end int64, path ...string) []byte {
	for at < end {
		name, begin, next, err := c.box(at, end)
		if err != nil {
			return nil
		}
		if name == path[0] {
			if len(path) > 1 {
				return c.find(begin, next, path[1:]...)
			}
			body := make([]byte, next-begin)
			_, err := c.file.ReadAt(body, begin)
			if err != nil && !errors.Is(err, io.EOF) {
				return nil
			}
			return body
		}
		at = next
	}
	return nil
}

// overwriteUnused overwrites the bytes between the samples that belong to no kept track.
func (c *isoCleaner) overwriteUnused() error {
	var used []extent
	for _, t := range c.tracks {
		var err error
		if used, err = t.extents(used); err != nil {
			return err
		}
	}
	used = merged(used)
	for _, data := range c.data {
		at := data.from
		for _, u := range used {
			if u.to <= at || u.from >= data.to {
				continue
			}
			c.output.zero(at, min(u.from, data.to))
			at = max(at, u.to)
		}
		c.output.zero(at, data.to)
	}
	return nil
}
