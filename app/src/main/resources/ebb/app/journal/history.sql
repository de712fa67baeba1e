-- The read tables. Written by the projector alone and rebuilt from the journal when HistoryFile.SCHEMA grows.
-- Ids and times (milliseconds since 1970) are whole numbers; 0 and the empty text stand for "not yet" and "none".

CREATE TABLE position (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  sequence INTEGER NOT NULL,
  hash BLOB NOT NULL);

CREATE TABLE workspaces (
  id INTEGER PRIMARY KEY,
  subscription TEXT NOT NULL,
  resource_group TEXT NOT NULL,
  name TEXT NOT NULL,
  location TEXT NOT NULL,
  created INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0);

CREATE TABLE clusters (
  id INTEGER PRIMARY KEY,
  workspace INTEGER NOT NULL,
  name TEXT NOT NULL,
  size TEXT NOT NULL,
  family TEXT NOT NULL,
  vcpus INTEGER NOT NULL,
  location TEXT NOT NULL,
  priority TEXT NOT NULL,
  min_nodes INTEGER NOT NULL,
  max_nodes INTEGER NOT NULL,
  idle_millis INTEGER NOT NULL,
  created INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0);

CREATE TABLE jobs (
  id INTEGER PRIMARY KEY,
  workspace INTEGER NOT NULL,
  name TEXT NOT NULL COLLATE NOCASE,
  cluster INTEGER NOT NULL,
  cluster_name TEXT NOT NULL,
  account TEXT NOT NULL,
  priority INTEGER NOT NULL,
  nodes INTEGER NOT NULL,
  asked_limit_millis INTEGER NOT NULL,
  limit_millis INTEGER NOT NULL,
  asked_retries_preempted INTEGER NOT NULL,
  asked_retries_infrastructure INTEGER NOT NULL,
  asked_retries_failed INTEGER NOT NULL,
  retries_preempted INTEGER NOT NULL,
  retries_infrastructure INTEGER NOT NULL,
  retries_failed INTEGER NOT NULL,
  spec_hash TEXT NOT NULL,
  submitted INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  principal TEXT NOT NULL,
  behalf_of TEXT NOT NULL,
  request TEXT NOT NULL,
  cancel_requested INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  back_offs INTEGER NOT NULL DEFAULT 0,
  ended INTEGER NOT NULL DEFAULT 0,
  cause TEXT NOT NULL DEFAULT '',
  code INTEGER NOT NULL DEFAULT 0,
  detail TEXT NOT NULL DEFAULT '',
  deleted INTEGER NOT NULL DEFAULT 0,
  words_hash TEXT NOT NULL DEFAULT '',
  hidden INTEGER NOT NULL DEFAULT 0);
CREATE INDEX jobs_by_name ON jobs (workspace, name);
CREATE INDEX jobs_by_age ON jobs (workspace, id) WHERE deleted = 0;
CREATE INDEX jobs_listed ON jobs (workspace, hidden, id) WHERE deleted = 0;
CREATE INDEX jobs_by_end ON jobs (ended, id) WHERE ended <> 0;
CREATE INDEX jobs_by_deletion ON jobs (deleted, id) WHERE deleted <> 0;
CREATE INDEX jobs_by_specification ON jobs (spec_hash) WHERE deleted = 0;
CREATE INDEX jobs_by_words ON jobs (words_hash) WHERE deleted = 0 AND words_hash <> '';

-- censored: it was ended from outside, so how long it would have run is not known.
CREATE TABLE attempts (
  id INTEGER PRIMARY KEY,
  job INTEGER NOT NULL,
  number INTEGER NOT NULL,
  nodes INTEGER NOT NULL,
  ordered INTEGER NOT NULL,
  started INTEGER NOT NULL DEFAULT 0,
  stop_asked INTEGER NOT NULL DEFAULT 0,
  ended INTEGER NOT NULL DEFAULT 0,
  cause TEXT NOT NULL DEFAULT '',
  code INTEGER NOT NULL DEFAULT 0,
  detail TEXT NOT NULL DEFAULT '',
  censored INTEGER NOT NULL DEFAULT 0);
CREATE INDEX attempts_by_job ON attempts (job, number);

CREATE TABLE tasks (
  attempt INTEGER NOT NULL,
  rank INTEGER NOT NULL,
  node INTEGER NOT NULL,
  accepted INTEGER NOT NULL DEFAULT 0,
  prepared INTEGER NOT NULL DEFAULT 0,
  started INTEGER NOT NULL DEFAULT 0,
  exit_observed INTEGER NOT NULL DEFAULT 0,
  exit_reported INTEGER NOT NULL DEFAULT 0,
  task_end TEXT NOT NULL DEFAULT '',
  code INTEGER NOT NULL DEFAULT 0,
  cpu_millis INTEGER NOT NULL DEFAULT 0,
  peak_memory_kibibytes INTEGER NOT NULL DEFAULT 0,
  bytes_read INTEGER NOT NULL DEFAULT 0,
  bytes_written INTEGER NOT NULL DEFAULT 0,
  checkpoint TEXT NOT NULL DEFAULT '',
  detail TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (attempt, rank)) WITHOUT ROWID;

-- eviction_notice: when the backend said that it takes the node back.
CREATE TABLE nodes (
  id INTEGER PRIMARY KEY,
  cluster INTEGER NOT NULL,
  asked_for INTEGER NOT NULL,
  list_rate INTEGER NOT NULL,
  internal_rate INTEGER NOT NULL,
  invoice_rate INTEGER NOT NULL,
  virtual INTEGER NOT NULL,
  isolation TEXT NOT NULL,
  weaknesses TEXT NOT NULL,
  asked INTEGER NOT NULL,
  accepted INTEGER NOT NULL DEFAULT 0,
  ready INTEGER NOT NULL DEFAULT 0,
  failure TEXT NOT NULL DEFAULT '',
  kept_cause TEXT NOT NULL DEFAULT '',
  kept_until INTEGER NOT NULL DEFAULT 0,
  eviction_notice INTEGER NOT NULL DEFAULT 0,
  release_asked INTEGER NOT NULL DEFAULT 0,
  release_cause TEXT NOT NULL DEFAULT '',
  release_detail TEXT NOT NULL DEFAULT '',
  release_overdue INTEGER NOT NULL DEFAULT 0,
  gone INTEGER NOT NULL DEFAULT 0);
CREATE INDEX nodes_by_cluster ON nodes (cluster, id);

-- The ledger. payer: the job that a segment belongs to, 0 for the cluster itself.
CREATE TABLE segments (
  sequence INTEGER PRIMARY KEY,
  node INTEGER NOT NULL,
  cluster INTEGER NOT NULL,
  workspace INTEGER NOT NULL,
  payer INTEGER NOT NULL,
  account TEXT NOT NULL,
  kind TEXT NOT NULL,
  from_at INTEGER NOT NULL,
  to_at INTEGER NOT NULL,
  list_rate INTEGER NOT NULL,
  internal_rate INTEGER NOT NULL,
  invoice_rate INTEGER NOT NULL,
  virtual INTEGER NOT NULL);
CREATE INDEX segments_by_payer ON segments (payer) WHERE payer <> 0;
CREATE INDEX segments_by_cluster ON segments (cluster, to_at);
CREATE INDEX segments_by_end ON segments (to_at);

CREATE TABLE refusals (
  sequence INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  principal TEXT NOT NULL,
  behalf_of TEXT NOT NULL,
  request TEXT NOT NULL,
  command TEXT NOT NULL,
  scope TEXT NOT NULL,
  name TEXT NOT NULL,
  rejection TEXT NOT NULL,
  numbers TEXT NOT NULL);

CREATE TABLE cancels (
  sequence INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  principal TEXT NOT NULL,
  job INTEGER NOT NULL,
  phase TEXT NOT NULL);

-- The server was down from last_alive to at.
CREATE TABLE starts (
  sequence INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  last_alive INTEGER NOT NULL,
  safe_mode INTEGER NOT NULL);

-- What decisions read, as it was changed: settings, prices, limits, sizes, locks, roles, clusters.
CREATE TABLE changes (
  sequence INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  principal TEXT NOT NULL,
  kind TEXT NOT NULL,
  detail TEXT NOT NULL);
