// SPDX-License-Identifier: Apache-2.0
package pagerace.litmus;

import java.util.List;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/** An expression of an actor: C's, over 64-bit registers. */
sealed interface Expression {
    /** Its value; calls in it take their steps from left to right. */
    long evaluate(Frame frame);

    record Constant(long value) implements Expression {
        @Override
        public long evaluate(Frame frame) {
            return value;
        }
    }

    record Register(int index) implements Expression {
        @Override
        public long evaluate(Frame frame) {
            return frame.registers[index];
        }
    }

    record Unary(LongUnaryOperator operator, Expression operand) implements Expression {
        @Override
        public long evaluate(Frame frame) {
            return operator.applyAsLong(operand.evaluate(frame));
        }
    }

    record Binary(LongBinaryOperator operator, Expression left, Expression right) implements Expression {
        @Override
        public long evaluate(Frame frame) {
            return operator.applyAsLong(left.evaluate(frame), right.evaluate(frame));
        }
    }

    /** {@code &&} (ends early on 0) or {@code ||} (ends early on 1): the right side runs only if it still decides. */
    record ShortCircuit(boolean endsOn, Expression left, Expression right) implements Expression {
        @Override
        public long evaluate(Frame frame) {
            boolean value = left.evaluate(frame) != 0;
            if (value != endsOn) {
                value = right.evaluate(frame) != 0;
            }
            return value ? 1 : 0;
        }
    }

    /** A primitive; {@code cell} is the word its pointer names, or -1 for a fence. */
    record Call(Primitive primitive, int cell, List<Expression> values) implements Expression {
        @Override
        public long evaluate(Frame frame) {
            long[] arguments = new long[values.size()];
            for (int i = 0; i < arguments.length; i++) {
                arguments[i] = values.get(i).evaluate(frame);
            }
            return primitive.effect().apply(frame.machine, cell < 0 ? null : frame.words.get(cell), arguments);
        }
    }
}
