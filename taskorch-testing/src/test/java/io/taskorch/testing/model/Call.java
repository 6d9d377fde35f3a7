package io.taskorch.testing.model;

import io.taskorch.store.Stores;
import io.taskorch.task.IllegalMoveException;
import io.taskorch.task.TaskNotFoundException;
import io.taskorch.workflow.IllegalRunMoveException;

/** One call on the ports with all its arguments, so that it can be made on both sides and again. */
interface Call {

  Object on(Stores stores);

  /** The answer, an expected refusal among them, as a value. */
  static Object answer(Call call, Stores stores) {
    try {
      return call.on(stores);
    } catch (IllegalMoveException e) {
      return new Refused("illegal move", e.state().name());
    } catch (IllegalRunMoveException e) {
      return new Refused("illegal run move", e.state().name());
    } catch (TaskNotFoundException e) {
      return new Refused("not found", "");
    }
  }

  /** A call that was refused. */
  record Refused(String why, String state) {}
}
