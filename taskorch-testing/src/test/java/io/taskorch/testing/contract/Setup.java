package io.taskorch.testing.contract;

import io.taskorch.testing.TestNamespace;
import io.taskorch.testing.TestRedis;

/** On what the contracts are tried. */
enum Setup {
  ONE_PARTITION(1),
  FOUR_PARTITIONS(4),
  /** Refuses every script that touches keys of two partitions. */
  ONE_NODE_CLUSTER(2);

  private final int partitions;

  Setup(int partitions) {
    this.partitions = partitions;
  }

  int partitions() {
    return partitions;
  }

  TestNamespace open() {
    return switch (this) {
      case ONE_PARTITION, FOUR_PARTITIONS -> TestNamespace.open(TestRedis.uri(), partitions);
      case ONE_NODE_CLUSTER -> TestNamespace.openOnCluster(TestRedis.oneNodeCluster(), partitions);
    };
  }
}
