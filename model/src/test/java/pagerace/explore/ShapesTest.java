// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The classic shapes, with and without fences, under each model; and broken models, which the same table must catch. */
class ShapesTest {
    /**
     * One line per shape: name; program; the weak outcome (ends of the actors, then last values that matter); whether it is
     * reachable under SC, TSO and WEAK.
     */
    private static final String SHAPES = """
            SB           ; W x 1, R y | W y 1, R x                                 ; 0 / 0                  ; no  ; yes ; yes
            SB+mb+mb     ; W x 1, MB, R y | W y 1, MB, R x                         ; 0 / 0                  ; no  ; no  ; no
            SB+mb+po     ; W x 1, MB, R y | W y 1, R x                             ; 0 / 0                  ; no  ; yes ; yes
            SB+xchg+mb   ; W x 1, XCHG z 1, R y | W y 1, MB, R x                   ; 0 0 / 0                ; no  ; no  ; no
            SB+rlx+mb    ; W x 1, XCHG.rlx z 1, R y | W y 1, MB, R x               ; 0 0 / 0                ; no  ; no  ; yes
            SB+after+mb  ; W x 1, ADD z 1, AFTER, R y | W y 1, MB, R x             ; 0 / 0                  ; no  ; no  ; no
            SB+failed+mb ; W x 1, CMPXCHG z 7 1, R y | W y 1, MB, R x              ; 0 0 / 0                ; no  ; no  ; yes
            SB+bit+mb    ; BIT z 1, W x 1, BIT z 1, R y | W y 1, MB, R x           ; 1 0 0 / 0              ; no  ; no  ; yes
            SB+try+mb    ; LOCK p, W x 1, TRY p, R y | W y 1, MB, R x              ; 0 0 / 0                ; no  ; yes ; yes
            SB+unless+mb ; W x 1, UNLESS z 1 0, R y | W y 1, MB, R x               ; 0 0 / 0                ; no  ; yes ; yes
            SB+wmb+rmb   ; W x 1, WMB, R y | W y 1, RMB, R x                       ; 0 / 0                  ; no  ; yes ; yes
            SB+rel+acq   ; W.rel x 1, R.acq y | W.rel y 1, R.acq x                 ; 0 / 0                  ; no  ; yes ; yes
            SB+lock      ; LOCK p, W x 1, UNLOCK p, R y | LOCK p, W y 1, UNLOCK p, R x ; 0 / 0              ; no  ; no  ; no
            SB+locks     ; W x 1, LOCK p, R y | W y 1, LOCK q, R x                 ; 0 / 0                  ; no  ; no  ; yes
            MP           ; W x 1, W y 1 | R y, R x                                 ;  / 1 0                 ; no  ; no  ; yes
            MP+wmb+rmb   ; W x 1, WMB, W y 1 | R y, RMB, R x                       ;  / 1 0                 ; no  ; no  ; no
            MP+rel+acq   ; W x 1, W.rel y 1 | R.acq y, R x                         ;  / 1 0                 ; no  ; no  ; no
            MP+rel+po    ; W x 1, W.rel y 1 | R y, R x                             ;  / 1 0                 ; no  ; no  ; yes
            MP+po+rmb    ; W x 1, W y 1 | R y, RMB, R x                            ;  / 1 0                 ; no  ; no  ; yes
            MP+lock      ; LOCK p, W x 1, W y 1, UNLOCK p | LOCK p, R y, R x, UNLOCK p ;  / 1 0             ; no  ; no  ; no
            MP+rmw+rmb   ; W x 1, WMB, W y 1 | ADD y 1 | R y, RMB, R x             ;  /  / 2 0             ; no  ; no  ; no
            MP+add+rmb   ; W x 1, WMB, W y 1 | ADD y 1, RMB, R x                   ;  / 0 ; y=2             ; no  ; no  ; yes
            MP+await     ; W x 1, W y 1 | AWAIT y 1, R x                           ;  / 1 0                 ; no  ; no  ; yes
            LB           ; R x, W y 1 | R y, W x 1                                 ; 1 / 1                  ; no  ; no  ; no
            LB+mb+mb     ; R x, MB, W y 1 | R y, MB, W x 1                         ; 1 / 1                  ; no  ; no  ; no
            S            ; W x 2, W y 1 | R y, W x 1                               ;  / 1 ; x=2             ; no  ; no  ; yes
            S+wmb+acq    ; W x 2, WMB, W y 1 | R.acq y, W x 1                      ;  / 1 ; x=2             ; no  ; no  ; no
            S+wmb+po     ; W x 2, WMB, W y 1 | R y, W x 1                          ;  / 1 ; x=2             ; no  ; no  ; yes
            S+wmb+ctrl   ; W x 2, WMB, W y 1 | R y, IF 1, W x 1                    ;  / 1 ; x=2             ; no  ; no  ; no
            S+wmb+else   ; W x 2, WMB, W y 1 | R y, IF 1, R z, W x 1               ;  / 1 0 ; x=2           ; no  ; no  ; yes
            Z6           ; W x 1, W.rel y 1 | R.acq y, W.rel z 1 | W z 2, MB, R x  ;  / 1 / 0 ; z=2         ; no  ; no  ; yes
            Z6+mb        ; W x 1, W.rel y 1 | R y, MB, W z 1 | W z 2, MB, R x      ;  / 1 / 0 ; z=2         ; no  ; no  ; no
            Z6+locks     ; LOCK p, W x 1, W y 1, UNLOCK p | LOCK p, R y, W z 1, UNLOCK p | W z 2, MB, R x ;  / 1 / 0 ; z=2 ; no ; no ; yes
            Z6+lock+mb   ; LOCK p, W x 1, W y 1, UNLOCK p | LOCK p, AFTER, R y, W z 1, UNLOCK p | W z 2, MB, R x ;  / 1 / 0 ; z=2 ; no ; no ; no
            MP+unlocks   ; LOCK p, W x 1, UNLOCK p, LOCK q, W y 1, UNLOCK q | R y, RMB, R x ;  / 1 0        ; no  ; no  ; no
            SB+unlocks   ; LOCK p, W x 1, UNLOCK p, LOCK q, R y, UNLOCK q | W y 1, MB, R x ; 0 / 0          ; no  ; no  ; yes
            ISA2+rel+acq ; W x 1, W.rel y 1 | R.acq y, W.rel z 1 | R.acq z, R x    ;  / 1 / 1 0             ; no  ; no  ; no
            ISA2+wmb     ; W x 1, WMB, W y 1 | R y, WMB, W z 1 | R.acq z, R x      ;  / 1 / 1 0             ; no  ; no  ; yes
            R            ; W x 1, W y 1 | W y 2, R x                               ;  / 0 ; y=2             ; no  ; yes ; yes
            R+mb+mb      ; W x 1, MB, W y 1 | W y 2, MB, R x                       ;  / 0 ; y=2             ; no  ; no  ; no
            R+wmb+mb     ; W x 1, WMB, W y 1 | W y 2, MB, R x                      ;  / 0 ; y=2             ; no  ; no  ; yes
            2+2W         ; W x 1, W y 2 | W y 1, W x 2                             ;  /  ; x=1 y=1          ; no  ; no  ; yes
            2+2W+wmb+wmb ; W x 1, WMB, W y 2 | W y 1, WMB, W x 2                   ;  /  ; x=1 y=1          ; no  ; no  ; yes
            2+2W+mb+mb   ; W x 1, MB, W y 2 | W y 1, MB, W x 2                     ;  /  ; x=1 y=1          ; no  ; no  ; no
            IRIW         ; W x 1 | W y 1 | R x, R y | R y, R x                     ;  /  / 1 0 / 1 0        ; no  ; no  ; yes
            IRIW+rmbs    ; W x 1 | W y 1 | R x, RMB, R y | R y, RMB, R x           ;  /  / 1 0 / 1 0        ; no  ; no  ; yes
            IRIW+mbs     ; W x 1 | W y 1 | R x, MB, R y | R y, MB, R x             ;  /  / 1 0 / 1 0        ; no  ; no  ; no
            WRC          ; W x 1 | R x, W y 1 | R y, R x                           ;  / 1 / 1 0             ; no  ; no  ; yes
            WRC+rel+rmb  ; W x 1 | R x, W.rel y 1 | R y, RMB, R x                  ;  / 1 / 1 0             ; no  ; no  ; no
            WRC+wmb+rmb  ; W x 1 | R x, WMB, W y 1 | R y, RMB, R x                 ;  / 1 / 1 0             ; no  ; no  ; yes
            CoRR         ; W x 1 | R x, R x                                        ;  / 1 0                 ; no  ; no  ; no
            CoWR         ; W x 1, R x | W x 2                                      ; 2 /  ; x=1             ; no  ; no  ; no
            own-write    ; W x 1, R x | R y                                        ; 0 / 0                  ; no  ; no  ; no
            n6           ; W x 1, R x, R y | W y 2, W x 2                          ; 1 0 /  ; x=1           ; no  ; yes ; yes
            n5           ; W x 1, R x | W x 2, R x                                 ; 2 / 1                  ; no  ; no  ; no
            n4b          ; R x, W x 1 | R x, W x 2                                 ; 2 / 1                  ; no  ; no  ; no
            lost-add     ; FETCH_ADD x 1 | FETCH_ADD x 1                           ; 0 / 0                  ; no  ; no  ; no
            lost-rlx     ; ADD x 1 | ADD x 1                                       ;  /  ; x=1              ; no  ; no  ; no
            fifo         ; W x 1, W y 1, W z 1 | R z, R y, R x                     ;  / 1 0 1               ; no  ; no  ; yes
            """;

    private record Shape(
            String name, String program, String ends, Set<String> last, String sc, String tso, String weak) {
        static Shape parse(String line) {
            List<String> cells =
                    Arrays.stream(line.split(";", -1)).map(String::strip).toList();
            int verdicts = cells.size() - 3;
            return new Shape(
                    cells.get(0),
                    cells.get(1),
                    String.join(
                            " | ",
                            Arrays.stream(cells.get(2).split("/", -1))
                                    .map(String::strip)
                                    .toList()),
                    verdicts == 4 ? Set.of(cells.get(3).split(" ", -1)) : Set.of(),
                    cells.get(verdicts),
                    cells.get(verdicts + 1),
                    cells.get(verdicts + 2));
        }

        String reachableUnder(MemoryModel model) {
            Exploration<String> exploration = Litany.parse(program).explorer().explore(model);
            assertThat(exploration.isComplete()).isTrue();
            return exploration.outcomes().stream().anyMatch(this::isAskedFor) ? "yes" : "no";
        }

        private boolean isAskedFor(String outcome) {
            int separator = outcome.indexOf(" ; ");
            return outcome.substring(0, separator).equals(ends)
                    && Set.of(outcome.substring(separator + 3).split(" ", -1)).containsAll(last);
        }
    }

    private static List<String> disagreements(MemoryModel model) {
        List<String> wrong = new ArrayList<>();
        for (Shape shape : SHAPES.lines().map(Shape::parse).toList()) {
            String expected = switch (model.level()) {
                case SC -> shape.sc();
                case TSO -> shape.tso();
                case WEAK -> shape.weak();
                default -> throw new IllegalArgumentException("no column for " + model.level());
            };
            if (!shape.reachableUnder(model).equals(expected)) {
                wrong.add(shape.name());
            }
        }
        return wrong;
    }

    @Test
    void sequentialConsistency() {
        assertThat(disagreements(Sc.MODEL)).isEmpty();
    }

    @Test
    void totalStoreOrder() {
        assertThat(disagreements(Tso.MODEL)).isEmpty();
    }

    @Test
    void weak() {
        assertThat(disagreements(Weak.MODEL)).isEmpty();
    }

    /** Each ordering left out of the weak model, and a shape that then gets the wrong verdict. */
    @ParameterizedTest
    @CsvSource({
        "NO_WMB, MP+wmb+rmb",
        "NO_RMB, MP+wmb+rmb",
        "NO_ACQUIRE, MP+rel+acq",
        "NO_CUMULATIVITY, WRC+rel+rmb",
        "NO_PROPAGATION, SB+mb+mb",
        "NO_READS_FROM, WRC+rel+rmb",
        "NO_DEPENDENCIES, S+wmb+ctrl"
    })
    void weakWithAFault(WeakShape.Fault fault, String shape) {
        assertThat(disagreements(new Weak(EnumSet.of(fault)))).contains(shape);
    }

    @Test
    void withoutForwarding() {
        assertThat(disagreements(Mutants.NO_FORWARDING)).contains("own-write");
    }

    @Test
    void withoutDrainOnReadModifyWrite() {
        assertThat(disagreements(Mutants.NO_DRAIN_ON_RMW)).contains("SB+xchg+mb", "SB+after+mb", "lost-add");
    }

    @Test
    void withoutDrainOnFence() {
        assertThat(disagreements(Mutants.NO_DRAIN_ON_FENCE)).contains("SB+mb+mb", "R+mb+mb");
    }

    @Test
    void withFailedReadModifyWriteDraining() {
        assertThat(disagreements(Mutants.DRAIN_ON_EVERY_FAILED_RMW)).containsExactly("SB+try+mb", "SB+unless+mb");
    }

    @Test
    void withoutDrainOnFailedReadModifyWrite() {
        assertThat(disagreements(Mutants.NO_DRAIN_ON_FAILED_RMW)).containsExactly("SB+failed+mb", "SB+bit+mb");
    }
}
