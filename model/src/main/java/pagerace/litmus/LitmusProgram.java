// SPDX-License-Identifier: Apache-2.0
package pagerace.litmus;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import pagerace.explore.Program;

/** A litmus test as the explorer runs it; what an execution came to is its final state. */
final class LitmusProgram implements Program<FinalState> {
    private final LitmusTest.Setup setup;

    LitmusProgram(LitmusTest.Setup setup) {
        this.setup = setup;
    }

    @Override
    public List<Supplier<?>> actors() {
        return IntStream.range(0, setup.actors())
                .<Supplier<?>>mapToObj(actor -> () -> setup.run(actor))
                .toList();
    }

    @Override
    public FinalState judge(List<Object> ends) {
        List<List<Long>> registers = ends.stream().map(LitmusProgram::registers).toList();
        return new FinalState(registers, setup.memory());
    }

    @SuppressWarnings("unchecked")
    private static List<Long> registers(Object end) {
        return (List<Long>) end;
    }

    @Override
    public FinalState stuck() {
        return FinalState.STUCK;
    }

    @Override
    public boolean loneFencesAreMistakes() {
        return false;
    }
}
