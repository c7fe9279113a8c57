// SPDX-License-Identifier: Apache-2.0
package pagerace.harness;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks the package that receives one stress harness per planned point of the catalogue and per canary, and one per race for any
 * point. The package supplies the classes {@code Harness}, from which they inherit the protocol, and {@code OutcomeWord}, their
 * result.
 */
@Documented
@Target(ElementType.PACKAGE)
@Retention(RetentionPolicy.SOURCE)
public @interface EmitHarnesses {}
