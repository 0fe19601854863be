package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"relier/internal/domain"
	"relier/internal/tlog"
)

// logKeyFile is the file of the key that signs checkpoints, in the data folder.
// It has nothing to do with any key that signs packs.
const logKeyFile = "log.key"

// openLogKey reads the log's key, and makes it where there is none: at the first
// start. It is on disk before anything is signed with it.
func openLogKey(dir string) (*tlog.Key, error) {
	key, err := readLogKey(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return makeLogKey(filepath.Join(dir, logKeyFile))
	}
	return key, err
}

func readLogKey(dir string) (*tlog.Key, error) {
	path := filepath.Join(dir, logKeyFile)
	secret, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	key, err := tlog.ReadKey(string(secret))
	if err != nil {
		return nil, &domain.Error{Kind: domain.KindInvalid, Key: "cli.error.log_key", Args: domain.Args{"File": path}, Err: err}
	}
	return key, nil
}

func makeLogKey(path string) (*tlog.Key, error) {
	secret, err := tlog.NewKey()
	if err != nil {
		return nil, err
	}
	if err := writeDurably(path, []byte(secret)); err != nil {
		return nil, err
	}
	return tlog.ReadKey(secret)
}

// writeDurably puts a whole file in place or nothing: written beside it, synced,
// renamed, and the folder synced. Only its owner may read it.
func writeDurably(path string, content []byte) (err error) {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".relier-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name()) // the first error is the one to tell
		}
	}()
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncFolder(dir)
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
