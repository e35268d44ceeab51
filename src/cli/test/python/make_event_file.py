#!/usr/bin/env python3
"""Makes events.golden with TensorBoard's own writer; TensorBoardLogTest says what it holds.

Usage: make_event_file.py FILE        needs the package tensorboard
"""

import sys

from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.record_writer import RecordWriter


def main(path):
    with open(path, "wb") as f:
        writer = RecordWriter(f)

        def event(**fields):
            e = event_pb2.Event(wall_time=1700000000.25, **fields)
            writer.write(e.SerializeToString(deterministic=True))

        def scalar(step, tag, value):
            v = summary_pb2.Summary.Value(tag=tag, simple_value=value)
            event(step=step, summary=summary_pb2.Summary(value=[v]))

        event(file_version="brain.Event:2")
        event(step=7, session_log=event_pb2.SessionLog(status=event_pb2.SessionLog.START))
        scalar(55, "loss/train_so_far", 0.75)
        scalar(105, "loss/train", 0.5)
        scalar(105, "loss/evaluation", 0.25)
        scalar(105, "accuracy/evaluation", 0.875)
        scalar(105, "seconds/epoch", 2.0)


if __name__ == "__main__":
    main(sys.argv[1])
