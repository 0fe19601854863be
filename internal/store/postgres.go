package store

import (
	"context"
	"fmt"

	"gorm.io/driver/postgres"
	"gorm.io/gorm"
)

func openPostgres(ctx context.Context, url string) (*Store, error) {
	db, err := gorm.Open(postgres.Open(url), gormConfig())
	if err != nil {
		return nil, err
	}
	var commit string
	if err := db.WithContext(ctx).Raw("SHOW synchronous_commit").Scan(&commit).Error; err != nil {
		return nil, err
	}
	if commit == "off" {
		return nil, fmt.Errorf("synchronous_commit is off: an acknowledged write could be lost; turn it on")
	}
	return &Store{write: db, read: db, dialect: "postgres"}, nil
}
