// SPDX-License-Identifier: Apache-2.0
package pagerace.price;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks the package that receives the floor of every operation of the {@link PriceList}: one class per course. The package
 * supplies the class {@code Floor}, from which they inherit.
 */
@Documented
@Target(ElementType.PACKAGE)
@Retention(RetentionPolicy.SOURCE)
public @interface EmitFloors {}
