package store

import (
	"errors"

	"gorm.io/gorm"
)

// Observe calls f before every statement that the store sends, from whichever
// goroutine sends it: metrics count with it, and so do tests.
func (s *Store) Observe(f func()) error {
	count := func(*gorm.DB) { f() }
	var errs []error
	for _, db := range []*gorm.DB{s.write, s.read} {
		c := db.Callback()
		errs = append(errs, c.Query().Before("gorm:query").Register("relier:observe", count), c.Row().Before("gorm:row").Register("relier:observe", count),
			c.Raw().Before("gorm:raw").Register("relier:observe", count), c.Create().Before("gorm:create").Register("relier:observe", count),
			c.Update().Before("gorm:update").Register("relier:observe", count), c.Delete().Before("gorm:delete").Register("relier:observe", count))
		if s.write == s.read {
			break
		}
	}
	return errors.Join(errs...)
}
