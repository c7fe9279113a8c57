// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.lang.invoke.VarHandle;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Which access mode of Java each kernel primitive becomes, read from the class files. No run on x86 can tell a relaxed
 * read-modify-write from a full one, nor a release store from an opaque one; a primitive that has become too strong hides
 * the very races that this project is about, so the choice is pinned here.
 */
class StrengthTest {
    private static final String MODES = """
            await:
            acquireWhenClear:
            acquireIfClear: weakCompareAndSetAcquire
            addUnless:
            cmpxchg: compareAndExchange
            fenceAroundFullRmw: fullFence
            fenceBesideLockedRmw: acquireFence releaseFence fullFence
            fetchAdd: fence getAndAdd fence getAndAddAcquire getAndAddRelease weakCompareAndSetPlain
            fetchAndNot:
            fetchOr:
            isPoisoned: getOpaque
            isSetAnyway: getAndBitwiseOr
            loadAcquire: getAcquire
            poison: setOpaque
            readOnce: getOpaque
            rewind: fullFence
            smpMb: fullFence
            smpMbAfterAtomic: beside
            smpMbAfterSpinlock: beside
            smpMbBeforeAtomic: beside
            smpRmb: loadLoadFence
            smpWmb: storeStoreFence
            storeRelease: setRelease
            swing: fence compareAndSet fence weakCompareAndSetAcquire weakCompareAndSetRelease weakCompareAndSetPlain
            tryAcquireWhenClear:
            writeOnce: setOpaque
            xchg: fence getAndSet fence getAndSetAcquire getAndSetRelease weakCompareAndSetPlain
            """;

    /** The machine's own fences, and how {@link #MODES} calls them. */
    private static final Map<String, String> HELPERS =
            Map.of("fenceAroundFullRmw", "fence", "fenceBesideLockedRmw", "beside");

    @Test
    void eachPrimitiveHasTheWeakestModeThatIsStrongEnough() {
        List<String> expected = MODES.lines().map(String::strip).sorted().toList();
        List<String> actual = machineMethods()
                .map(method -> method.getName() + ":" + modes(method))
                .filter(line -> !line.endsWith(":") || expected.contains(line))
                .sorted()
                .toList();
        assertThat(actual).containsExactlyElementsOf(expected);
    }

    /** In the order of the source lines, and so of the branches: full, acquire, release, relaxed. */
    private static String modes(JavaMethod method) {
        return method.getMethodCallsFromSelf().stream()
                .filter(call ->
                        call.getTargetOwner().isEquivalentTo(VarHandle.class) || HELPERS.containsKey(call.getName()))
                .sorted(Comparator.comparingInt(JavaAccess::getLineNumber))
                .map(call -> HELPERS.getOrDefault(call.getName(), call.getName()))
                .map(mode -> " " + mode)
                .collect(Collectors.joining());
    }

    private static Stream<JavaMethod> machineMethods() {
        Word word = new HardwareMachine().word("word", 0);
        return new ClassFileImporter()
                .importClasses(HardwareMachine.class, word.getClass()).stream()
                        .filter(type -> type.getName().startsWith(HardwareMachine.class.getName()))
                        .flatMap(type -> type.getMethods().stream());
    }
}
