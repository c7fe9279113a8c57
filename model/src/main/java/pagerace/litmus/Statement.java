// SPDX-License-Identifier: Apache-2.0
package pagerace.litmus;

import java.util.List;

/** A statement of an actor. */
sealed interface Statement {
    void run(Frame frame);

    record Assign(int register, Expression value) implements Statement {
        @Override
        public void run(Frame frame) {
            frame.registers[register] = value.evaluate(frame);
        }
    }

    /** A call whose value, if it has one, is dropped. */
    record Drop(Expression call) implements Statement {
        @Override
        public void run(Frame frame) {
            call.evaluate(frame);
        }
    }

    record If(Expression condition, Statement then, Statement otherwise) implements Statement {
        @Override
        public void run(Frame frame) {
            (condition.evaluate(frame) != 0 ? then : otherwise).run(frame);
        }
    }

    record Block(List<Statement> statements) implements Statement {
        @Override
        public void run(Frame frame) {
            for (Statement statement : statements) {
                statement.run(frame);
            }
        }
    }
}
