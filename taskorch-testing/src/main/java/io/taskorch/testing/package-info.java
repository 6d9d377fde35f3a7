/** What tests of tasks need: a real Redis without an installation, and time under control. */
@NullMarked
package io.taskorch.testing;

import org.jspecify.annotations.NullMarked;
