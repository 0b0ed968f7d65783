"""The jobs of watching, by their kind."""

from collections.abc import Mapping

from paperdesk.features.watch import deliver_notification, mail_notification
from paperdesk.infra.jobs import Work

JOBS: Mapping[str, Work] = {
    deliver_notification.KIND: deliver_notification.run_deliver_notification,
    mail_notification.KIND: mail_notification.run_mail_notification,
}
