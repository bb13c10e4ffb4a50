package picture

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"slices"
)

// Wash takes out of a recording where, when and by whom it was made: what it shows and sounds stays as it is,
// byte for byte, at its place. Files of other types are given back as they are. What is malformed is a
// [*Refusal].
func Wash(ctx context.Context, file io.ReaderAt, size int64, t Type) (io.ReaderAt, error) {
	switch t.MimeType {
	case mp4.MimeType, m4a.MimeType:
		return washISO(ctx, file, size)
	}
	return file, nil
}

// maxMoov bounds in bytes what tells where the samples of a film stand: hours of one have some megabytes.
const maxMoov = 64 << 20

// What becomes of a box of an ISO base media file (ISO/IEC 14496-12). Those that are not in [isoBoxes] are
// overwritten: their type becomes "free", and what is in them zeros.
type isoRule int

const (
	isoFree  isoRule = iota // is overwritten
	isoKeep                 // stays
	isoInner                // stays, and is looked into
	isoTimes                // stays, but for the times of making and changing
	isoName                 // stays, but for a name
)

// isoBoxes are the boxes that a film needs, by the box that they stand in; "" is the file itself.
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

// isoSeen are the handlers of tracks that a reader sees or hears. Others hold what the camera noted, such as
// its place at each second (GoPro's "gpmd" and Android's "camm" stand in tracks of "meta").
var isoSeen = []string{"vide", "soun", "text", "sbtl", "subt", "clcp", "pict", "auxv"}

var errTracks = refuse(ReasonBroken, "a film with tracks of measurements in fragments; save it as an ordinary MP4")

// isoWash notes what is to be overwritten.
type isoWash struct {
	ctx  context.Context
	file io.ReaderAt
	over *Overwritten
	// tracks are those whose samples are kept; hidden tells that one is not.
	tracks     []isoTrack
	hidden     bool
	fragmented bool
	data       []extent // what stands in mdat
}

func washISO(ctx context.Context, file io.ReaderAt, size int64) (io.ReaderAt, error) {
	w := &isoWash{ctx: ctx, file: file, over: &Overwritten{file: file}}
	if err := w.boxes("", 0, size); err != nil {
		return nil, err
	}
	switch {
	case w.fragmented && w.hidden:
		return nil, errTracks
	case w.fragmented: // their samples are listed in the fragments: nothing else was put between them
	case w.data != nil && w.tracks == nil:
		return nil, refuse(ReasonBroken, "it has no table of what it shows")
	default:
		if err := w.unused(); err != nil {
			return nil, err
		}
	}
	w.over.sort()
	return w.over, nil
}

// box reads the header of a box: its type, and where what is in it begins and ends.
func (w *isoWash) box(at, end int64) (name string, begin, next int64, err error) {
	var header [16]byte
	if end-at < 8 {
		return "", 0, 0, errCut
	}
	if _, err := w.file.ReadAt(header[:min(16, end-at)], at); err != nil && !errors.Is(err, io.EOF) {
		return "", 0, 0, err
	}
	length, begin := int64(binary.BigEndian.Uint32(header[:])), at+8
	switch length {
	case 0: // up to the end
		length = end - at
	case 1:
		length, begin = int64(binary.BigEndian.Uint64(header[8:])), at+16
	}
	if length < begin-at || length > end-at {
		return "", 0, 0, errCut
	}
	return string(header[4:8]), begin, at + length, nil
}

// boxes goes through the boxes that stand in one.
func (w *isoWash) boxes(in string, at, end int64) error {
	for at < end {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		if in != "" && end-at < 8 { // QuickTime ends some boxes with four zeros
			w.over.zero(at, end)
			return nil
		}
		name, begin, next, err := w.box(at, end)
		if in == "" && errors.Is(err, errCut) && (w.tracks != nil || w.fragmented) { // what stands behind a film's end
			w.over.zero(at, end)
			return nil
		}
		if err != nil {
			return err
		}
		switch isoBoxes[in][name] {
		case isoFree:
			w.over.write(at+4, []byte("free"))
			w.over.zero(begin, next)
		case isoKeep:
			if name == "mdat" {
				w.data = append(w.data, extent{begin, next})
			}
		case isoInner:
			err = w.inner(name, at, begin, next)
		case isoTimes:
			err = w.times(begin, next)
		case isoName:
			if next-begin < 24 {
				return errCut
			}
			w.over.zero(begin+24, next) // version, flags, predefined, handler, reserved
		}
		if err != nil {
			return err
		}
		at = next
	}
	return nil
}

func (w *isoWash) inner(name string, at, begin, end int64) error {
	switch name {
	case "trak":
		return w.track(at, begin, end)
	case "moov":
		if end-begin > maxMoov {
			return refuse(ReasonBroken, "its tables have more than %d MB", maxMoov>>20)
		}
	case "moof":
		w.fragmented = true
	}
	return w.boxes(name, begin, end)
}

// times overwrites when a film or a track was made and changed; version 1 has 64 bits for each.
func (w *isoWash) times(begin, end int64) error {
	var version [1]byte
	if end-begin < 20 {
		return errCut
	}
	if _, err := w.file.ReadAt(version[:], begin); err != nil {
		return err
	}
	w.over.zero(begin+4, begin+12+8*int64(version[0]&1))
	return nil
}

// track keeps a track that is seen or heard, and overwrites any other.
func (w *isoWash) track(at, begin, end int64) error {
	handler := w.find(begin, end, "mdia", "hdlr")
	if len(handler) >= 12 && slices.Contains(isoSeen, string(handler[8:12])) {
		table := isoTrack{
			sizes: w.find(begin, end, "mdia", "minf", "stbl", "stsz"), small: w.find(begin, end, "mdia", "minf", "stbl", "stz2"),
			perChunk: w.find(begin, end, "mdia", "minf", "stbl", "stsc"),
			chunks:   w.find(begin, end, "mdia", "minf", "stbl", "stco"), wide: w.find(begin, end, "mdia", "minf", "stbl", "co64"),
		}
		w.tracks = append(w.tracks, table)
		return w.boxes("trak", begin, end)
	}
	w.hidden = true
	w.over.write(at+4, []byte("free"))
	w.over.zero(begin, end)
	return nil
}

// find reads what is in the box at a path; nil where there is none.
func (w *isoWash) find(at, end int64, path ...string) []byte {
	for at < end {
		name, begin, next, err := w.box(at, end)
		if err != nil {
			return nil
		}
		if name == path[0] {
			if len(path) > 1 {
				return w.find(begin, next, path[1:]...)
			}
			body := make([]byte, next-begin)
			_, err := w.file.ReadAt(body, begin)
			if err != nil && !errors.Is(err, io.EOF) {
				return nil
			}
			return body
		}
		at = next
	}
	return nil
}

// unused overwrites what stands among the samples and belongs to no track that is kept.
func (w *isoWash) unused() error {
	var used []extent
	for _, t := range w.tracks {
		var err error
		if used, err = t.extents(used); err != nil {
			return err
		}
	}
	used = merged(used)
	for _, data := range w.data {
		at := data.from
		for _, u := range used {
			if u.to <= at || u.from >= data.to {
				continue
			}
			w.over.zero(at, min(u.from, data.to))
			at = max(at, u.to)
		}
		w.over.zero(at, data.to)
	}
	return nil
}
